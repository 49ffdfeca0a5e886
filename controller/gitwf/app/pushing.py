"""Pushing to the DVC remote beside runs, by whoever plays them; and what is not pushed yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitwf.data.unpushed import Unpushed
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from gitwf.engine.unit.stop import Stop
    from gitwf.reconcile.clone import Clone


@contextmanager
def pushing(clone: Clone, stop: Stop | None = None) -> Iterator[None]:
    """Push what an earlier process left, and what runs write while the block runs.

    With ``stop``, wait at its end until all has been tried once, unless that was asked for. What
    cannot be pushed waits for the next process.
    """
    pusher = clone.runner.pusher
    try:
        if pusher.unpushed.names():
            _resume(clone)
        yield
        if stop is not None:
            with stop.listening(pusher.close):
                pusher.settle()
    finally:
        pusher.close()


def left(repository: Repository) -> str | None:
    """Return a sentence about what is not pushed yet, or None where all is."""
    unpushed = Unpushed(repository.state_dir)
    names = unpushed.names()
    if not names:
        return None
    why = f": {unpushed.problem}" if unpushed.problem else ""
    word = "object is" if len(names) == 1 else "objects are"
    return f"{len(names)} {word} not pushed yet{why}"


def _resume(clone: Clone) -> None:
    from gitwf.app.coverage import projects_of
    from gitwf.reconcile.configure import configure

    head = clone.repository.resolve("HEAD")
    if head is None or configure(clone.facts(head)).settings.data.push == "never":
        return
    for project in projects_of(clone.repository, clone.records):
        clone.runner.pusher.resume(project)
