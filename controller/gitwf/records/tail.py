"""Reads the journal of a run while another process writes it."""

from __future__ import annotations

from pathlib import Path

from gitwf.records.event import Event, decode
from gitwf.records.journal import sound


class JournalTail:
    """The end of the journal at ``path``: each reading gives what was added since the one before.

    Whoever only looks on is not stopped by a damaged line: it is passed over.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> list[Event]:
        """Return the events that are new, in the order written; none where there is no journal."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                added = file.read()
        except FileNotFoundError:
            return []
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [decode(line) for line in sound(whole)]
