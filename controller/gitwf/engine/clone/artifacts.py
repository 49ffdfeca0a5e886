"""The objects that runs need: those of their stages, and of the answers too long for records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from gitwf.data import lockfile
from gitwf.data.cache import Cache
from gitwf.data.entry import Item
from gitwf.data.errors import DataError
from gitwf.data.hashes import HashInfo
from gitwf.data.project import Project
from gitwf.engine.stages.kept import objects_of
from gitwf.records.check.finding import Finding
from gitwf.records.runs import ref_of
from gitwf.records.store import Records

_LOCK = "dvc.lock"
_HINT = "it comes from the remote when it is wanted again, or is made again"


class Artifacts(msgspec.Struct, frozen=True):
    """What a run needs: ``deps`` and ``outs`` of its stages, and its long ``answers``."""

    deps: tuple[Item, ...] = ()
    outs: tuple[Item, ...] = ()
    answers: tuple[HashInfo, ...] = ()

    def contents(self) -> Iterator[HashInfo]:
        """Yield all of it."""
        yield from (item.content for item in (*self.deps, *self.outs))
        yield from self.answers


def artifacts_of(records: Records, run: str) -> Artifacts:
    """Return what ``run`` needs.

    Raises:
        DataError: if its `dvc.lock` cannot be read.
    """
    if records.ongoing.plan(run) is not None:
        return _of_ongoing(records.state_dir, run)
    return _artifacts(records.runs.files_named(run, _LOCK), records.runs.results(run))


def _of_ongoing(state_dir: Path, run: str) -> Artifacts:
    """Return what a run needs so far: its workspace knows more than its ref."""
    locks = (state_dir / "workspaces" / run).rglob(_LOCK)
    answers = (state_dir / "runs" / run).glob("answers/*.json")
    return _artifacts([p.read_bytes() for p in locks], [p.read_bytes() for p in answers])


def _artifacts(locks: list[bytes], answers: list[bytes]) -> Artifacts:
    parsed = (lockfile.parse(lock.decode(errors="surrogateescape")) for lock in locks)
    entries = [entry for one in parsed for entry in one.entries().values()]
    return Artifacts(
        tuple(item for entry in entries for item in entry.deps),
        tuple(item for entry in entries for item in entry.outs),
        tuple(content for answer in answers for content in objects_of(answer)),
    )


def check_artifacts(
    projects: Sequence[Project], records: Records, run: str, *, missing: bool
) -> Iterator[Finding]:
    """Yield the outs and answers of ``run`` that are not what they were; ``missing``: or are gone.

    All are hashed. An object that is wrong is removed, and comes back where it is kept.
    """
    try:
        artifacts = artifacts_of(records, run)
    except DataError as error:
        yield Finding(f"{ref_of(run)}, {_LOCK}", str(error), "restore the ref from another clone")
        return
    named = [(f"`{item.path}`", item.content) for item in artifacts.outs]
    named += [("a result", content) for content in artifacts.answers]
    for name, content in named:
        states = {_state(project.cache, content) for project in projects}
        if _DAMAGED in states:
            yield Finding(ref_of(run), f"{name} was damaged in the cache, and removed", _HINT)
        elif missing and _WHOLE not in states:
            yield Finding(ref_of(run), f"{name} is not in the cache", _HINT)


_WHOLE, _DAMAGED, _MISSING = "whole", "damaged", "missing"


def _state(cache: Cache, content: HashInfo) -> str:
    """Hash what ``cache`` has of ``content``, and return what is wrong with it first."""
    listing = _object_state(cache, content.md5)
    if not content.is_dir or listing != _WHOLE:
        return listing
    states = {_object_state(cache, md5) for md5 in cache.files(content) or ()}
    return next((state for state in (_DAMAGED, _MISSING) if state in states), _WHOLE)


def _object_state(cache: Cache, md5: str) -> str:
    was_here = cache.path(md5).exists()
    if cache.objects.verified(md5) is not None:
        return _WHOLE
    return _DAMAGED if was_here else _MISSING
