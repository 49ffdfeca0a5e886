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


_WATCHED = ("heads", "tags", "wf/requests", "wf/suspended")
"""Folders of `refs/` in which a change may call for something."""


class Wake(FileSystemEventHandler):
    """Sets ``due`` whenever something happens to a branch, a tag or a wish at ``common_dir``."""

    def __init__(self, common_dir: Path, due: threading.Event) -> None:
        self._folders = [common_dir / "refs" / name for name in _WATCHED]
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
            watched = any(path.is_relative_to(folder) for folder in self._folders)
            if watched or (path.parent == self._top and path.name in _TOP):
                self._due.set()


@contextmanager
def watching(common_dir: Path, due: threading.Event) -> Iterator[None]:
    """Set ``due`` at each change of a branch, a tag or a wish while the block runs.

    Worktrees and bare repositories keep theirs in ``common_dir`` too. Git leaves folders two names deep
    when it deletes the last ref in them, so those may be watched; they are made where they are not there.
    """
    observer = Observer()
    handler = Wake(common_dir, due)
    observer.schedule(handler, str(common_dir), recursive=False)
    for name in ("heads", "tags", "wf"):
        folder = common_dir / "refs" / name
        folder.mkdir(parents=True, exist_ok=True)
        observer.schedule(handler, str(folder), recursive=True)
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
