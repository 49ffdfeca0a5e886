"""Data that `dvc add` tracks: `data.csv.dvc` beside `data.csv` says what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitwf.data import yaml12
from gitwf.data.entry import Item, read_item
from gitwf.data.errors import BrokenFileError, MissingObjectError, UnsupportedError
from gitwf.data.hashes import HashInfo
from gitwf.data.obtain import obtain
from gitwf.data.project import Project


def bring(project: Project, path: Path) -> bool:
    """Put the data at ``path`` (absolute) in place from the cache or the default remote, if it is tracked.

    A `.dvc` file tracks it, or a folder above it; or it is an out in a `dvc.lock`, or lies in one.
    Data that is in place is left as it is. Return whether something tracks ``path``.

    Raises `MissingObjectError`: it is tracked, and neither of them has it. `UnsupportedError`: the `.dvc`
    file imports, or has a hash of DVC 2. `BrokenFileError`: the `.dvc` file is not readable.
    """
    for target in (path, *path.parents):
        if target == project.root:
            break
        file = target.with_name(f"{target.name}.dvc")
        if file.is_file():
            _checkout(project, file, target)
            return True
    return _bring_out(project, path)


def tracked_out(text: str, name: str) -> Item:
    """Return what the `.dvc` file with this ``text`` tracks. Raises as `bring`."""
    document = yaml12.loads(text, name)
    if not isinstance(document, Mapping) or not isinstance(document.get("outs"), list):
        raise BrokenFileError(f"`{name}` is not as DVC writes it")
    if "deps" in document or "cmd" in document:
        raise UnsupportedError(f"`{name}` imports its data", f"`dvc pull {name}` brings it")
    if len(document["outs"]) != 1 or document.get("wdir", ".") != ".":
        raise UnsupportedError(f"`{name}` tracks more than the path beside it")
    return read_item(document["outs"][0], f"`{name}`")


def _checkout(project: Project, file: Path, target: Path) -> None:
    if target.exists():
        return
    name = file.relative_to(project.root).as_posix()
    item = tracked_out(file.read_text(encoding="utf-8"), name)
    if item.path != target.name:
        raise UnsupportedError(f"`{name}` tracks `{item.path}`, which is not beside it")
    _place(project, item.content, target, name)


def _bring_out(project: Project, path: Path) -> bool:
    """Put an out in place that a `dvc.lock` has at ``path``, or at a folder above it."""
    for at, content in project.locked_outs().items():
        if at == path or at in path.parents:
            if not at.exists():
                _place(project, content, at, project.name_of(at))
            return True
    return False


def _place(project: Project, content: HashInfo, target: Path, name: str) -> None:
    problem = obtain(project, [content])
    if problem is not None:
        raise MissingObjectError(
            f"the data of `{name}` is not in the cache{problem}", f"`dvc pull {name}` brings it"
        )
    project.cache.checkout(content, target)
