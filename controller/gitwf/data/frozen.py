"""The outs of a frozen stage: DVC never executes it, and takes its outs as they are."""

from __future__ import annotations

import msgspec

from gitwf.data.entry import Entry, Item
from gitwf.data.errors import MissingObjectError
from gitwf.data.project import Project
from gitwf.plan.stage import Out, Stage


class Frozen(msgspec.Struct, frozen=True):
    """What the outs of a frozen stage are.

    ``present`` says that all are in place, ``known`` that they are those of `dvc.lock`, for this
    command.
    """

    outs: tuple[Item, ...]
    present: bool
    known: bool


def frozen_outs(project: Project, stage: Stage, locked: Entry | None) -> Frozen:
    """Return what the outs are: what stands in place, else what the entry of `dvc.lock` names.

    Raises `MissingObjectError`: an out is in place and in the cache no more.
    """
    old = {} if locked is None else {item.path: item for item in locked.outs}
    there = [project.resolve(stage.wdir, out.path).exists() for out in stage.outs]
    outs = tuple(
        _in_place(project, stage, out) if here else _lost(project, stage, old.get(out.path))
        for out, here in zip(stage.outs, there, strict=True)
    )
    known = locked is not None and locked.cmd == stage.cmd
    kept = all(
        project.cache.has(item.content)
        for item, out in zip(outs, stage.outs, strict=True)
        if out.cache
    )
    same = {item.path: item.content.md5 for item in outs} == {
        path: item.content.md5 for path, item in old.items()
    }
    ordered = tuple(sorted(outs, key=lambda item: item.path))
    return Frozen(ordered, all(there), known and kept and same)


def _in_place(project: Project, stage: Stage, out: Out) -> Item:
    return Item(out.path, project.hasher.of(project.resolve(stage.wdir, out.path)))


def _lost(project: Project, stage: Stage, item: Item | None) -> Item:
    """Return an out that is not in place and can be put there."""
    if item is None or not project.cache.has(item.content):
        raise MissingObjectError(
            f"`{stage.name}` is frozen, and its outs are not all there",
            "`dvc pull` brings them, and without `frozen` they are made anew",
        )
    return item
