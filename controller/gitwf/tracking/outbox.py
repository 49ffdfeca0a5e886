"""The folder where what a tracker is told of one run waits until it is there.

`target.json` says where to, `notes.jsonl` has the notes, `ids.jsonl` the ids that the tracker gave,
`sent` how many bytes of the notes it has, and `files` copies of series. One process writes notes and
another brings them; neither waits for the other.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from gitwf.data.atomic import write_whole
from gitwf.repo import disk
from gitwf.tracking.note import Log, Note, decode, encode


class Target(msgspec.Struct, frozen=True):
    """Where a run is tracked: the tracker's URI, and the name of the experiment."""

    uri: str
    experiment: str


class Waiting(msgspec.Struct, frozen=True):
    """A note that waits; ``end`` is where it ends in the file of notes."""

    note: Note
    end: int


def problem(folder: Path) -> Path:
    """Return the file that says why what is in the outboxes of ``folder`` could not be sent."""
    return folder / "problem"


def left(folder: Path) -> str | None:
    """Return a sentence about what of the outboxes in ``folder`` is not sent yet; None: nothing."""
    if not folder.is_dir():
        return None
    outboxes = [Outbox(path) for path in sorted(folder.iterdir()) if path.is_dir()]
    count = sum(outbox.is_waiting() for outbox in outboxes)
    if not count:
        return None
    runs = "1 run is" if count == 1 else f"{count} runs are"
    why = ""
    with suppress(FileNotFoundError):
        why = f": {problem(folder).read_text(encoding='utf-8', errors='replace')}"
    return f"{runs} not in MLflow yet{why}"


class _Given(msgspec.Struct, frozen=True):
    key: str
    id: str


class Outbox:
    """The outbox in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._notes = folder / "notes.jsonl"
        self._ids = folder / "ids.jsonl"
        self._sent = folder / "sent"

    def open(self, target: Target) -> None:
        """Make the folder, for a run that is tracked at ``target``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "target.json"
        if not path.exists():
            path.write_bytes(msgspec.json.encode(target))
        with suppress(FileNotFoundError):
            whole = self._notes.read_bytes().rpartition(b"\n")
            if whole[2]:  # a crash cut it off
                os.truncate(self._notes, len(whole[0]) + len(whole[1]))

    def target(self) -> Target | None:
        """Return where the run is tracked; None where that was never written whole."""
        with suppress(FileNotFoundError, msgspec.DecodeError):
            return msgspec.json.decode((self.folder / "target.json").read_bytes(), type=Target)
        return None

    def add(self, note: Note) -> None:
        """Put a note into the outbox."""
        disk.append(self._notes, encode(note))

    def keep(self, file: Path) -> str:
        """Put a copy of a file into the outbox and return its name there."""
        files = self.folder / "files"
        files.mkdir(exist_ok=True)
        name = f"{os.urandom(6).hex()}-{file.name}"
        shutil.copyfile(file, files / name)
        return name

    def file(self, name: str) -> Path:
        """Return the path of a copy."""
        return self.folder / "files" / name

    def logged(self) -> set[str]:
        """Return the steps that were logged."""
        return {w.note.step for w in self._from(0) if isinstance(w.note, Log)}

    def waiting(self) -> Iterator[Waiting]:
        """Yield the notes that are not sent, in order."""
        return self._from(self._offset())

    def is_waiting(self) -> bool:
        """Return whether there is a note that is not sent."""
        return next(self.waiting(), None) is not None

    def _from(self, start: int) -> Iterator[Waiting]:
        with suppress(FileNotFoundError), self._notes.open("rb") as file:
            file.seek(start)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                start += len(line)
                with suppress(ValueError):
                    yield Waiting(decode(line), start)

    def sent(self, end: int) -> None:
        """Note that all up to ``end`` is there."""
        write_whole(self._sent, str(end).encode(), sync=False)

    def _offset(self) -> int:
        with suppress(FileNotFoundError, ValueError):
            return int(self._sent.read_bytes())
        return 0

    def ids(self) -> Mapping[str, str]:
        """Return the tracker's ids, by key."""
        found: dict[str, str] = {}
        with suppress(FileNotFoundError):
            for line in self._ids.read_bytes().splitlines():
                with suppress(msgspec.DecodeError):
                    given = msgspec.json.decode(line, type=_Given)
                    found[given.key] = given.id
        return found

    def give(self, key: str, id_: str) -> None:
        """Note the id that the tracker gave."""
        disk.append(self._ids, msgspec.json.encode(_Given(key, id_)) + b"\n")

    def is_hopeless(self) -> bool:
        """Return whether the last try to send anything has failed."""
        return problem(self.folder.parent).exists()

    def remove(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)
