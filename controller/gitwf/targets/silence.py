"""A machine that cannot be reached while a job is on it, as the job's folder says it: `unreachable`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gitwf.repo import disk

_FILE = "unreachable"


class Silence(msgspec.Struct, frozen=True):
    """``machine`` does not answer ``since`` a time, in UTC and whole seconds, and ``why``."""

    machine: str
    since: str
    why: str

    @property
    def words(self) -> str:
        """All of it, for people."""
        return f"`{self.machine}` is not reachable since {self.since}: {self.why}"


def note_silence(folder: Path, machine: str, why: str) -> None:
    """Write down that the machine of the job in ``folder`` cannot be reached, from now on."""
    path = folder / _FILE
    if folder.is_dir() and not path.exists():
        since = datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "seconds") + " UTC"
        disk.replace(path, msgspec.json.encode(Silence(machine, since, why)))


def forget_silence(folder: Path) -> None:
    """Take that back."""
    (folder / _FILE).unlink(missing_ok=True)


def silences(run: Path) -> Iterator[Silence]:
    """Yield the machines that cannot be reached on which jobs of the run in the folder ``run`` go on."""
    found: dict[str, Silence] = {}
    for path in sorted(run.glob(f"jobs/*/{_FILE}")):
        with suppress(OSError, msgspec.DecodeError):
            silence = msgspec.json.decode(path.read_bytes(), type=Silence)
            known = found.get(silence.machine)
            if known is None or silence.since < known.since:
                found[silence.machine] = silence
    yield from found.values()
