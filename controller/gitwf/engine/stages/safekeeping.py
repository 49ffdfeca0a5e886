"""What the stages of a run wrote is kept beyond `dvc gc`, and pushed to the DVC remote."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gitwf.data import runcache
from gitwf.data.cache import Cache
from gitwf.data.entry import Entry
from gitwf.data.hashes import HashInfo
from gitwf.data.project import Project
from gitwf.data.push import Pusher
from gitwf.engine.stages.kept import objects_of
from gitwf.plan.stage import Stage

_PATIENCE = 5.0
"""Seconds that a run's end waits for what is being pushed, so that its record can say so."""

_UNKEPT = (
    "`dvc gc` may delete what it wrote: beside the cache there is no place for hard links, "
    "and there is no remote"
)


class Safekeeping:
    """Takes care of what stages come to: for ``clone``, and with the ``pusher``, each where it is given."""

    def __init__(self, clone: str | None = None, pusher: Pusher | None = None) -> None:
        self._clone = clone
        self._pusher = pusher

    def adopt(self, project: Project) -> None:
        """Have the cache of ``project`` bring back what is kept for the clone."""
        if self._clone is not None:
            project.cache.objects.keep_for(self._clone)

    def take(
        self, project: Project, stage: Stage, entry: Entry, key: str | None, record: bytes | None
    ) -> str | None:
        """Take what ``stage`` came to: its ``entry``, below ``key`` in the run cache, and its answer.

        Return what people should know, or None. Deps that are in the cache are kept too: without
        them it could not be played again.
        """
        answer = objects_of(record)
        if self._pusher is not None and project.remote is not None:
            names = [runcache.name(key, entry.value())] if key else []
            names += _names(project.cache, [*_contents(stage, entry, pushed=True), *answer])
            present = [name for name in names if (project.cache.root / name).exists()]
            self._pusher.offer(project, present)
        if self._clone is None:
            return None
        for content in (*(item.content for item in entry.deps), *answer):
            project.cache.hold(content)
        held = [project.cache.hold(content) for content in _contents(stage, entry, pushed=False)]
        return None if all(held) or project.remote is not None else _UNKEPT

    def restorable(self, entries: Collection[tuple[Project, Entry]]) -> str:
        """Return where the outs of ``entries`` can be had from: ``remote``, ``here`` or ``no``."""
        outs = [(project, item.content) for project, entry in entries for item in entry.outs]
        if outs and self._pusher is not None:
            self._pusher.settle(_PATIENCE)
            if all(
                self._pusher.has(project, _names(project.cache, [out])) for project, out in outs
            ):
                return "remote"
        kept = [project.cache.has(out) and project.cache.hold(out) for project, out in outs]
        return "here" if all(kept) else "no"


def _contents(stage: Stage, entry: Entry, *, pushed: bool) -> list[HashInfo]:
    """Return what the outs hold that DVC caches; with ``pushed`` that goes to remotes alone."""
    chosen = {out.path for out in stage.outs if (out.push if pushed else out.cache)}
    return [item.content for item in entry.outs if item.path in chosen]


def _names(cache: Cache, contents: Iterable[HashInfo]) -> list[str]:
    return [cache.objects.name(content.md5) for content in contents]
