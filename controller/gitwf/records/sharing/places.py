"""Where the records of a remote are kept in a clone: beside our own, never in their place."""

from __future__ import annotations

from gitwf.records import lease, notes

OWN = "refs/wf/"
OF_REMOTES = "refs/wf-remote/"
_UNSHARED = lease.REF.rpartition("/")[0] + "/"
"""What never merges: leases have rules of their own."""


class Places:
    """The refs of ``remote`` in a clone."""

    def __init__(self, remote: str) -> None:
        self.remote = remote
        self.heads = f"refs/wf-heads/{remote}/"
        self.tags = f"refs/wf-tags/{remote}/"
        self.records = f"{OF_REMOTES}{remote}/"
        self.notes = f"refs/notes/remotes/{remote}/wf"
        self.lease = self.tracking(lease.REF)

    def tracking(self, ref: str) -> str:
        """Return where the remote's version of one of our refs is kept."""
        if ref == notes.REF:
            return self.notes
        return self.records + ref.removeprefix(OWN)

    @property
    def all_refspecs(self) -> tuple[str, ...]:
        """What brings branches, tags and all records."""
        return (*self._followed, f"+{OWN}*:{self.records}*")

    @property
    def hint_refspecs(self) -> tuple[str, ...]:
        """What brings branches, tags, and of the records what changes whenever others do."""
        kinds = ("lease", "requests", "suspended", "env")
        return (*self._followed, *(f"+{OWN}{k}/*:{self.records}{k}/*" for k in kinds))

    @property
    def _followed(self) -> tuple[str, ...]:
        return (
            f"+refs/heads/*:{self.heads}*",
            f"+refs/tags/*:{self.tags}*",
            f"+{notes.REF}*:{self.notes}*",
        )


def is_shared(ref: str) -> bool:
    """Return whether one of our refs is a record that clones share."""
    return not ref.startswith(_UNSHARED)
