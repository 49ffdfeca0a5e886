"""Which files a commit has to set back so that it asks for what an earlier run did. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from gitwf.plan.change import Change

_POINTED = "dvc:"
"""How the value of a dep begins that a `.dvc` file tracks (`gitwf.plan.key`)."""

_MD5 = 32
"""Digits of DVC's hashes: shorter than git's ids."""


def paths_behind(changes: Iterable[Change]) -> frozenset[str]:
    """Return the paths, files or folders, that hold what ``changes`` are about.

    Values that were given with ``--set`` are in no file, and are left out.
    """
    return frozenset(path for change in changes for path in _paths(change))


def _paths(change: Change) -> Iterator[str]:
    match change.kind:
        case "set":
            return
        case "param":
            yield change.name.partition(":")[0]
        case "stage":
            yield posixpath.join(posixpath.dirname(change.name), "dvc.yaml")
        case "dep":
            yield from _tracking(change)
        case _:
            yield change.name


def _tracking(change: Change) -> Iterator[str]:
    """Yield what tracks a dep: itself, a `.dvc` file beside it or a folder of it, or `dvc.lock`."""
    values = [value for value in (change.old, change.new) if value is not None]
    if any(value.startswith(_POINTED) for value in values):
        path = change.name
        while path:
            yield f"{path}.dvc"
            path = posixpath.dirname(path)
    if any(_is_locked(value) for value in values):
        yield "dvc.lock"
    yield change.name


def _is_locked(value: str) -> bool:
    return len(value.removesuffix(".dir")) == _MD5
