"""What is done to the files of a stage before its command, after it, or in place of it.

No process is started here. Every function can be repeated, and killed between any two lines: files
are there whole or not at all, and `dvc.lock` is written last.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from gitwf.data import runcache
from gitwf.data.atomic import temporary
from gitwf.data.entry import Entry, Item
from gitwf.data.errors import DataError, GoneDepError, MissingOutError
from gitwf.data.hashes import HashInfo
from gitwf.data.lockfile import emit_blocks
from gitwf.data.look import Look, has_run_cache, wanted_entry
from gitwf.data.metrics import metrics_of
from gitwf.data.placing import remove
from gitwf.data.project import Project
from gitwf.language.value import Value
from gitwf.plan.stage import Out, OutKind, Stage


class Saved(msgspec.Struct, frozen=True):
    """What a command left behind.

    ``outs`` are as in ``entry``. ``metrics`` is the content of the metric files, one object.
    ``changed_deps`` are deps, and files of params, that changed while the command ran. Nobody knows
    which of the two contents it read: the run cache gets no entry, and that of `dvc.lock` holds what
    was there before, so that the stage counts as changed.
    """

    entry: Entry
    metrics: Mapping[str, Value]
    changed_deps: tuple[str, ...] = ()

    @property
    def outs(self) -> tuple[Item, ...]:
        """The outs with their hashes and sizes, sorted by path."""
        return self.entry.outs


def restore(project: Project, stage: Stage, look: Look) -> None:
    """Put the outs of ``look.entry`` in place, and the entry into `dvc.lock`.

    Raises `MissingObjectError`: an object vanished from the cache since the look. `LockedError`:
    DVC's lock is held for too long.
    """
    entry = look.entry
    if entry is None:
        raise ValueError("nothing to restore: the command must be executed")
    declared = {out.path: out for out in stage.outs}
    if not look.unchanged:
        for item in entry.outs:
            _restore_out(project, stage, declared[item.path], item.content)
    if stage.frozen and look.wanted is not None:
        save(project, stage, look)  # nobody made these outs: DVC takes them as if they were made
    elif not look.unchanged or project.lockfile(stage.folder).entry(stage.name) != entry:
        _record(project, stage, entry)


def begin(project: Project, stage: Stage) -> None:
    """Make the workspace ready for the command: old outs go, but those that persist.

    A persistent out that is a link into the cache becomes a file of its own. Unlike DVC, the
    folders of outs are made: a fresh worktree lacks those that hold nothing that git tracks.
    """
    for out in stage.outs:
        path = project.resolve(stage.wdir, out.path)
        if out.persist:
            _unprotect(path)
        else:
            remove(path)
        path.parent.mkdir(parents=True, exist_ok=True)


def save(project: Project, stage: Stage, look: Look, *, reusable: bool = True) -> Saved:
    """Take what the command wrote into the cache, the run cache and `dvc.lock`.

    Not ``reusable``: what it read stands in no key, so the run cache gets no entry.

    Raises `MissingOutError`: outs were not written. `GoneDepError`: deps are no longer there.
    `DataError`: an out is neither file nor folder, or a metric file is not readable. `LockedError`:
    DVC's lock is held for too long.
    """
    paths = {out.path: project.resolve(stage.wdir, out.path) for out in stage.outs}
    missing = [path for path, full in paths.items() if not full.exists()]
    if missing:
        raise MissingOutError(stage.name, missing)
    gone = [path for path in stage.deps if not project.resolve(stage.wdir, path).exists()]
    if gone:
        raise GoneDepError(stage.name, gone)
    metrics = metrics_of(project, stage)
    after = wanted_entry(project, stage)
    keep = _fills_run_cache(stage, after)
    outs = (
        Item(out.path, _save_out(project, out, paths[out.path], keep=keep)) for out in stage.outs
    )
    before = look.wanted or after
    entry = msgspec.structs.replace(before, outs=tuple(sorted(outs, key=lambda item: item.path)))
    changed = _changed_deps(before, after)
    if keep and reusable and not changed:
        runcache.write(project.cache, entry)
    _record(project, stage, entry)
    return Saved(entry, metrics, changed)


def record_entries(
    project: Project,
    entries: Mapping[str, Entry],
    ignored: Sequence[Path] = (),
    folder: str = ".",
) -> None:
    """Put ``entries`` into the `dvc.lock` of ``folder``, and have git ignore the outs at absolute paths ``ignored``.

    Raises `BrokenFileError`: `dvc.lock` is not readable. `LockedError`: DVC's lock is held for too
    long.
    """
    blocks = emit_blocks(entries)
    with project.locked():
        project.gitignore.add(ignored)
        old = project.lockfile(folder)
        new = old.with_blocks(blocks)
        if new != old:
            project.write_lockfile(new, folder)


def _record(project: Project, stage: Stage, entry: Entry) -> None:
    ignored = [project.resolve(stage.wdir, out.path) for out in stage.outs if out.cache]
    record_entries(project, {stage.name: entry}, ignored, stage.folder)


def _restore_out(project: Project, stage: Stage, out: Out, content: HashInfo) -> None:
    path = project.resolve(stage.wdir, out.path)
    if _holds(project, path, content):
        return
    project.cache.checkout(content, path, copy=not out.cache)


def _holds(project: Project, path: Path, content: HashInfo) -> bool:
    try:
        return project.hasher.of(path).md5 == content.md5
    except (OSError, DataError):
        return False


def _fills_run_cache(stage: Stage, wanted: Entry) -> bool:
    """Return whether DVC would make a run-cache entry: not with plain outs that it does not keep."""
    return has_run_cache(stage, wanted) and all(
        out.cache or out.kind is not OutKind.OUT for out in stage.outs
    )


def _save_out(project: Project, out: Out, path: Path, *, keep: bool) -> HashInfo:
    """Hash the out at ``path`` and, where DVC keeps it, put it into the cache.

    DVC keeps metrics and plots with `cache: false` too where the run cache gets an entry.
    """
    if not out.cache and not keep:
        return project.hasher.of(path)
    return project.cache.take(path) if out.cache else project.cache.add(path)


def _changed_deps(before: Entry, after: Entry) -> tuple[str, ...]:
    old = {item.path: item.content.md5 for item in before.deps}
    files = (file for file in after.params if before.params.get(file) != after.params[file])
    deps = (item.path for item in after.deps if old.get(item.path) != item.content.md5)
    return (*deps, *files)


def _unprotect(path: Path) -> None:
    """Make the file, or all files of the folder, at ``path`` writable copies of their own."""
    if path.is_dir() and not path.is_symlink():
        for member in path.iterdir():
            _unprotect(member)
    elif path.is_file():
        status = path.stat()
        if path.is_symlink() or status.st_nlink > 1:
            beside = temporary(path)
            shutil.copyfile(path, beside)
            beside.replace(path)
        elif not status.st_mode & stat.S_IWUSR:
            path.chmod(status.st_mode | stat.S_IWUSR)
