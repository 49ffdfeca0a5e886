"""`place` in a job's folder: where the job is, so that whoever has the folder can take it up.

It is on the disk before anything is started there, and after the folder there was made: with it, a job
that is not there any more is lost; without it, none was begun.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from gitwf.repo import disk
from gitwf.targets.registry import PLACE
from gitwf.targets.ssh.claim import NOBODYS, Claim
from gitwf.targets.ssh.far import Place
from gitwf.targets.ssh.host import Host


class JobPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a job is: on ``host``, in its folder ``where``, under the name ``job``.

    ``outs`` and ``kept`` are paths of its workspace that are brought back: after success, and after
    any end. ``hours`` is how long it may run. ``claim`` says whose its run is.
    """

    kind: str = "ssh"
    host: Host
    where: Place
    job: str
    outs: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    has_workspace: bool = False
    hours: float = 24.0
    claim: Claim = NOBODYS

    def write(self, folder: Path) -> None:
        """Put it into the job's folder, on the disk when this returns."""
        path = folder / PLACE
        disk.replace(path, msgspec.json.format(msgspec.json.encode(self), indent=1))
        path.chmod(0o600)  # a program that leads there may be told a secret
        disk.sync_folder(folder)

    @classmethod
    def read(cls, folder: Path) -> JobPlace | None:
        """Return what the job's folder says, or None."""
        try:
            return msgspec.json.decode((folder / PLACE).read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError):
            return None


def name_of(folder: Path) -> str:
    """Return the name of a job on the other machine: its run and step, in characters of any shell.

    ``folder`` is ``runs/RUN/jobs/STEP``.
    """
    return f"{run_of(folder)}-{_plain(folder.name)}"


def run_of(folder: Path) -> str:
    """Return what the run of a job is called on the other machine."""
    return _plain(folder.parents[1].name)


def _plain(text: str) -> str:
    """Return ``text`` with what is not plain replaced, and so that no two texts become one."""
    return "".join(
        c if c.isascii() and (c.isalnum() or c in ".-") else _SAID.get(c, f"_{ord(c):x}_")
        for c in text
    )


_SAID = {"[": "~", "]": ""}
