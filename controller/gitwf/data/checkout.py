"""A past run's outs: whether they can be had still, and putting them into a working tree."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from gitwf.data import lockfile
from gitwf.data.atomic import write_whole
from gitwf.data.entry import Entry
from gitwf.data.errors import MissingObjectError, UnsupportedError
from gitwf.data.execute import record_entries
from gitwf.data.hashes import HashInfo
from gitwf.data.mergeyaml import merge_stages
from gitwf.data.obtain import obtain
from gitwf.data.project import Project
from gitwf.plan.stage import FILE, Stage


class _Choice(msgspec.Struct, frozen=True):
    """A stage of the past run, and what it was executed with."""

    stage: Stage
    entry: Entry

    def outs(self, project: Project, wanted: tuple[str, ...] | None) -> Iterator[_Chosen]:
        """Yield the outs that are wanted, or that are below a folder that is; None is all."""
        for out in self.stage.outs:
            content = self.entry.out(out.path)
            full = project.resolve(self.stage.wdir, out.path)
            name = full.relative_to(project.root).as_posix()
            if content is not None and (wanted is None or _is_within(name, wanted)):
                yield _Chosen(self, content, full, name, out.cache)


class _Chosen(msgspec.Struct, frozen=True):
    """An out to be put in place: ``full`` is its absolute path, ``name`` that in the project."""

    choice: _Choice
    content: HashInfo
    full: Path
    name: str
    cache: bool


class Restorable(msgspec.Struct, frozen=True):
    """Whether all outs of a run are in the cache. ``missing`` are those that are not."""

    missing: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.missing


def restorable(project: Project, lock: str) -> Restorable:
    """Return whether all objects of the run with this text of a `dvc.lock` are in the cache.

    Raises `BrokenFileError`: ``lock`` is not readable. `UnsupportedError`: it has entries that git
    wf does not read.
    """
    entries = lockfile.parse(lock).entries()
    return Restorable(
        tuple(
            item.path
            for entry in entries.values()
            for item in entry.outs
            if not project.cache.has(item.content)
        )
    )


def checkout_entries(
    project: Project,
    lock: str,
    stages: Mapping[str, Stage | str],
    paths: Iterable[str] | None = None,
    own: Collection[str] = (),
    folder: str = ".",
) -> list[str]:
    """Put outs of a past run into the working tree of ``project``; return their paths.

    ``lock`` is the text of the run's `dvc.lock` in ``folder``, ``stages`` what its `dvc.yaml` there
    says, a stage that cannot be read being the reason. ``paths`` are relative to the DVC root, each
    an out or a folder above some; None is all outs. The stages of these outs are merged into
    `dvc.lock` and, but for the person's ``own``, into `dvc.yaml`, so that `dvc status` knows them.

    Raises `MissingObjectError`: an out is neither in the cache nor in the remote; nothing is changed then.
    `UnsupportedError`: a stage needs `dvc` itself.
    """
    entries = lockfile.parse(lock).entries()
    chosen = [_Choice(_known(stages, name), entries[name]) for name in entries if name in stages]
    wanted = None if paths is None else tuple(os.path.normpath(path) for path in paths)
    outs = [out for choice in chosen for out in choice.outs(project, wanted)]
    problem = obtain(project, (out.content for out in outs))
    if problem is not None:
        missing = (out.name for out in outs if not project.cache.has(out.content))
        names = ", ".join(f"`{name}`" for name in missing)
        raise MissingObjectError(f"{names} of this run: no longer in the cache{problem}")
    for out in outs:
        project.cache.checkout(out.content, out.full, copy=not out.cache)
    choices = {out.choice.stage.name: out.choice for out in outs}
    written = [choice.stage for name, choice in choices.items() if name not in own]
    if written:
        _merge(project.root / folder / FILE, written)
    done = {name: choice.entry for name, choice in choices.items()}
    record_entries(project, done, [out.full for out in outs if out.cache], folder)
    return [out.name for out in outs]


def _known(stages: Mapping[str, Stage | str], name: str) -> Stage:
    stage = stages[name]
    if isinstance(stage, str):
        raise UnsupportedError(f"stage `{name}`: {stage}", "`dvc checkout` can restore it")
    return stage


def _is_within(name: str, wanted: tuple[str, ...]) -> bool:
    return any(path in {name, "."} or name.startswith(f"{path}/") for path in wanted)


def _merge(path: Path, stages: Iterable[Stage]) -> None:
    """Put ``stages`` into the `dvc.yaml` at ``path``."""
    try:
        old: str | None = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        old = None
    text = merge_stages(old, stages)
    if text != old:
        write_whole(path, text.encode())
