"""Wake-ups: file events of the git folder say "look again", and nothing more.

An event may be lost, doubled or early (a ref's file changes before `git commit` returns): the pass
that follows reads what is. `git gc` and `git pack-refs` delete loose refs and write `packed-refs`;
that too is only a reason to look.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

_TOP = frozenset(("packed-refs", "HEAD"))


class Wake(FileSystemEventHandler):
    """Sets ``due`` whenever something happens to a branch of the repository at ``common_dir``."""

    def __init__(self, common_dir: Path, due: threading.Event) -> None:
        self._heads = common_dir / "refs" / "heads"
        self._top = common_dir
        self._due = due

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take an event of any kind as a hint."""
        if event.event_type in ("opened", "closed_no_write"):
            return
        for name in (event.src_path, event.dest_path):
            path = Path(str(name))
            if path.suffix == ".lock":
                continue
            if path.is_relative_to(self._heads) or (path.parent == self._top and path.name in _TOP):
                self._due.set()


@contextmanager
def watching(common_dir: Path, due: threading.Event) -> Iterator[None]:
    """Set ``due`` at each change of a branch while the block runs.

    Worktrees and bare repositories keep their branches in ``common_dir`` too.
    """
    observer = Observer()
    handler = Wake(common_dir, due)
    observer.schedule(handler, str(common_dir), recursive=False)
    observer.schedule(handler, str(common_dir / "refs" / "heads"), recursive=True)
    reftable = common_dir / "reftable"
    if reftable.is_dir():
        observer.schedule(_Any(due), str(reftable), recursive=False)
    observer.start()
    try:
        yield
    finally:
        observer.stop()
        observer.join()


class _Any(FileSystemEventHandler):
    """Takes every event as a hint: for ref stores that are not files by name."""

    def __init__(self, due: threading.Event) -> None:
        self._due = due

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take an event of any kind as a hint."""
        del event
        self._due.set()
