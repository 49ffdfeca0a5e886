"""What a stage needs now: nothing, its outs back from the cache, or its command.

The decisions are those of `dvc repro` (`dvc/stage/__init__.py`, `dvc/stage/cache.py`). Nothing is
written here, but deps that a `.dvc` file tracks are brought into the workspace.
"""

from __future__ import annotations

import os

import msgspec

from gitwf.data import lockfile, runcache
from gitwf.data.changes import changes, sentence
from gitwf.data.entry import Entry, Item, Params
from gitwf.data.errors import BrokenFileError, DataError, MissingObjectError, PathError
from gitwf.data.frozen import frozen_outs
from gitwf.data.hashes import HashInfo
from gitwf.data.overlaps import overlaps
from gitwf.data.params import read_params
from gitwf.data.project import Project
from gitwf.data.tracked import bring
from gitwf.plan.stage import FILE, Stage

_UNSEEN = HashInfo("")
"""Stands for what an out will hold, where only its path counts."""


class Look(msgspec.Struct, frozen=True):
    """What was seen of a stage before anything is done.

    ``wanted`` is what the stage would be executed with, without outs; None while deps are missing.
    ``name`` is that of what it answers, with these deps; ``key`` the same as its name in the run
    cache, None where DVC keeps no result for such a stage.
    ``entry`` is what to restore, None where the command must be executed; ``value`` is its name
    in the run cache. ``unchanged`` says that its outs are in place already. ``reason`` is for
    people. ``missing_deps`` are as the stage writes them. ``lost`` is what could be restored, were its
    outs in the cache.
    """

    reason: str
    wanted: Entry | None = None
    key: str | None = None
    entry: Entry | None = None
    unchanged: bool = False
    missing_deps: tuple[str, ...] = ()
    name: str | None = None
    lost: Entry | None = None

    @property
    def value(self) -> str | None:
        """The name of ``entry`` in the run cache."""
        return None if self.entry is None else self.entry.value()


def look(project: Project, stage: Stage) -> Look:
    """Return what ``stage`` needs in the workspace of ``project``.

    Raises `ParamError`: a parameter is missing or not readable. `PathError`: a path leads out of
    the repository. `UnsupportedError`: the stage, its params or its lock entry need `dvc` itself.
    `BrokenFileError`: `dvc.lock` is not readable.
    """
    _refuse_missing_wdir(project, stage)
    _refuse_outs(project, stage)
    return (_look_frozen if stage.frozen else _look)(project, stage)


def _look_frozen(project: Project, stage: Stage) -> Look:
    """Look at a stage that is never executed: what it wants is of no account, if nothing changed."""
    locked = _entry(project, stage)
    held = frozen_outs(project, stage, locked)
    if held.known and locked is not None:
        return Look("it is frozen", entry=locked, unchanged=held.present)
    missing, why = _missing_deps(project, stage)
    if missing:
        return Look(why, missing_deps=missing)
    wanted = wanted_entry(project, stage)
    entry = msgspec.structs.replace(wanted, outs=held.outs)
    return Look("it is frozen: its outs are taken as they are", wanted, entry=entry)


def _look(project: Project, stage: Stage) -> Look:
    missing, why = _missing_deps(project, stage)
    if missing:
        return Look(why, missing_deps=missing)
    return look_for(project, stage, wanted_entry(project, stage), _entry(project, stage))


def look_for(project: Project, stage: Stage, wanted: Entry, locked: Entry | None) -> Look:
    """Return what ``stage`` needs where it would be executed with ``wanted``; ``locked`` is its lock entry."""
    name = _name(stage, wanted)
    key = name if has_run_cache(stage, wanted) else None
    found, why_not, lost = _restorable(project, stage, wanted, key, locked)
    if found is None:
        return Look(why_not, wanted, key, name=name, lost=lost)
    entry = msgspec.structs.replace(wanted, outs=found.outs)
    unchanged = found is locked and all(_in_place(project, stage, item) for item in entry.outs)
    why = _why_restored(from_lock=found is locked, unchanged=unchanged)
    return Look(why, wanted, key, entry, unchanged, name=name)


def wanted_entry(project: Project, stage: Stage) -> Entry:
    """Return what ``stage`` would be executed with now: its command, deps and params, no outs.

    Raises as `look`, and OSError where a dep is not there.
    """
    deps = (
        Item(path, project.hasher.of(project.resolve(stage.wdir, path)))
        for path in sorted(set(stage.deps))
    )
    return Entry(stage.cmd, tuple(deps), _params(project, stage))


def has_run_cache(stage: Stage, wanted: Entry) -> bool:
    """Return whether DVC's run cache knows stages such as this: see `_can_hash` of DVC."""
    return (
        not stage.always_changed
        and bool(wanted.deps or wanted.params)
        and all(wanted.params.values())
        and bool(stage.outs)
        and not any(out.persist for out in stage.outs)
    )


def _refuse_missing_wdir(project: Project, stage: Stage) -> None:
    if os.path.normpath(stage.wdir) != "." and not project.resolve(".", stage.wdir).is_dir():
        raise PathError(f"`wdir` of `{stage.name}`: there is no folder `{stage.wdir}`")


def _refuse_outs(project: Project, stage: Stage) -> None:
    """Raise for outs that DVC would not take: its own files, what it tracks, ignores, or has twice."""
    paths = ((os.path.normpath(out.path), stage.name) for out in stage.outs)
    for _, why in overlaps(paths):
        raise PathError(f"`{stage.name}` cannot be a stage: {why}")
    for out in stage.outs:
        full = project.resolve(stage.wdir, out.path)
        if full.name in {FILE, lockfile.NAME} or full.suffix == ".dvc":
            raise PathError(f"`{out.path}` cannot be an out: it is a file of DVC itself")
        if full.with_name(f"{full.name}.dvc").is_file():
            raise PathError(f"`{out.path}` cannot be an out: `{out.path}.dvc` tracks it")
        if project.ignore.covers(full, is_dir=False):
            raise PathError(f"`{out.path}` cannot be an out: `.dvcignore` names it")


def _missing_deps(project: Project, stage: Stage) -> tuple[tuple[str, ...], str]:
    """Return the deps that are not there, after tracked ones were brought, and a sentence."""
    missing: list[str] = []
    reasons: list[str] = []
    for path in stage.deps:
        full = project.resolve(stage.wdir, path)
        if full.exists():
            continue
        try:
            bring(project, full)
        except MissingObjectError as error:
            reasons.append(str(error))
        if not full.exists():
            missing.append(path)
    return tuple(missing), "; ".join(reasons) or _no_such(missing)


def _no_such(paths: list[str]) -> str:
    names = ", ".join(f"`{path}`" for path in paths)
    return f"{names} {'does' if len(paths) == 1 else 'do'} not exist"


def _params(project: Project, stage: Stage) -> Params:
    return {
        os.path.normpath(file): read_params(project.resolve(stage.wdir, file), file, keys)
        for file, keys in stage.params.items()
    }


def _entry(project: Project, stage: Stage) -> Entry | None:
    """Return the entry of `dvc.lock`. DVC writes that file in place: half of it is none."""
    try:
        return project.lockfile(stage.folder).entry(stage.name)
    except BrokenFileError:
        with project.locked():
            return project.lockfile(stage.folder).entry(stage.name)


def _name(stage: Stage, wanted: Entry) -> str:
    outs = (Item(out.path, _UNSEEN) for out in sorted(stage.outs, key=lambda out: out.path))
    return msgspec.structs.replace(wanted, outs=tuple(outs)).key()


def _restorable(
    project: Project, stage: Stage, wanted: Entry, key: str | None, locked: Entry | None
) -> tuple[Entry | None, str, Entry | None]:
    """Return the entry whose outs are at hand; or None, why there is none, and one that was lost."""
    if stage.always_changed:
        return None, "it is `always_changed`", None
    if not (wanted.deps or wanted.params or stage.outs):
        return None, "a stage without deps and outs is always executed", None
    change, gone = None if locked is None else _change(locked, wanted, stage), None
    if locked is not None and change is None:
        since = runcache.time_of(project.cache, key, locked) if key else None
        lost = _lost(project, stage, locked, since)
        if lost is None:
            return locked, "", None
        change, gone = f"`{lost}` is no longer in the cache", locked
    if key is None:
        return None, change or _why_unkept(stage), gone
    for entry, since in runcache.candidates(project.cache, key):
        if _lost(project, stage, entry, since) is None:
            return entry, "", None
        change, gone = "what it wrote before is no longer in the cache", gone or entry
    return None, change or "no result for these deps in the run cache", gone


def _change(old: Entry, new: Entry, stage: Stage) -> str | None:
    """Return, for people, the first thing in which ``new`` differs from the entry ``old``."""
    first = next(changes(old, new, (out.path for out in stage.outs)), None)
    return None if first is None else sentence(first)


def _why_unkept(stage: Stage) -> str:
    if any(out.persist for out in stage.outs):
        return "DVC keeps no results of a stage whose outs persist"
    return "DVC keeps no results of a stage without deps"


def _lost(project: Project, stage: Stage, entry: Entry, since: int | None) -> str | None:
    """Return an out of ``entry`` that can be had no more, or None where all can.

    An out that DVC does not keep counts where it is in place.
    """
    cached = {out.path: out.cache for out in stage.outs}
    for item in entry.outs:
        if project.cache.has(item.content, since):
            continue
        if cached[item.path] or not _in_place(project, stage, item):
            return item.path
    return None


def _in_place(project: Project, stage: Stage, item: Item) -> bool:
    full = project.resolve(stage.wdir, item.path)
    try:
        return project.hasher.of(full).md5 == item.content.md5
    except (OSError, DataError):
        return False


def _why_restored(*, from_lock: bool, unchanged: bool) -> str:
    if from_lock:
        return f"its outs are those of `{lockfile.NAME}`{', and in place' if unchanged else ''}"
    return "the run cache has a result for these deps"
