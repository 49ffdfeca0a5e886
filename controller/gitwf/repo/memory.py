"""Refs in memory: the model that the git store is held to, and a store for pure tests."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from gitwf.repo.refs import RefUpdate, refuse_moved


class MemoryRefs:
    """A store of refs that is gone with the process."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._lock = threading.Lock()

    def read(self, ref: str) -> str | None:
        """Return the id that ``ref`` stands at, or None."""
        return self._ids.get(ref)

    def list(self, prefix: str) -> dict[str, str]:
        """Return the refs below ``prefix`` with their ids, ordered by name."""
        below = prefix.rstrip("/") + "/"
        with self._lock:
            return {ref: self._ids[ref] for ref in sorted(self._ids) if ref.startswith(below)}

    def swap(self, updates: Sequence[RefUpdate]) -> None:
        """Make all of ``updates``, or none. Raises `ConflictError` where one has another old value."""
        with self._lock:
            refuse_moved(updates, self._ids)
            for update in updates:
                if update.new is None:
                    self._ids.pop(update.ref, None)
                else:
                    self._ids[update.ref] = update.new
