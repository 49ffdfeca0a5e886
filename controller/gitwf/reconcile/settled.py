"""Which heads call for nothing, kept on disk: a pass that finds nothing new costs a look at refs.

It holds as long as no ref of the records, and nothing of this program, is another than it was. It is a cache:
without it, or with one that is not what it was, everything is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec

from gitwf import __version__
from gitwf.reconcile.standing import Standing
from gitwf.records import notes
from gitwf.repo import disk
from gitwf.repo.errors import StorageFullError
from gitwf.repo.repository import Repository


class Settled(msgspec.Struct, frozen=True):
    """The commits of branches that call for nothing, until the ``alarm`` (as records spell times) if any.

    ``standings`` are those of their workflows that are not done all the same.
    """

    commits: Mapping[str, str] = {}
    alarms: Mapping[str, str] = {}
    standings: Mapping[str, tuple[Standing, ...]] = {}


class _Kept(msgspec.Struct, frozen=True):
    print: str
    settled: Settled


class SettledHeads:
    """The heads that were settled when ``repository`` had the records that it has now, and the ``policy``."""

    def __init__(self, repository: Repository, policy: Callable[[], str] = str) -> None:
        self._repository = repository
        self._policy = policy
        self._path = repository.state_dir / "cache" / "settled.json"

    def read(self) -> Settled:
        """Return what was settled; nothing where the records have changed since."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (FileNotFoundError, msgspec.DecodeError):
            return Settled()
        return kept.settled if kept.print == self._print() else Settled()

    def write(self, settled: Settled) -> None:
        """Keep what is settled with the records that there are now."""
        try:
            disk.replace(self._path, msgspec.json.encode(_Kept(self._print(), settled)))
        except StorageFullError:
            return  # the next pass looks again

    def _print(self) -> str:
        refs = self._repository.refs
        lines = [__version__, self._policy(), refs.read(notes.REF) or ""]
        lines += (f"{ref} {tip}" for ref, tip in refs.list("refs/wf/").items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
