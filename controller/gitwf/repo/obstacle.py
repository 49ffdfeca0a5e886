"""What keeps a commit from being laid out as git lays it out for people, and what to do about it.

A run is never played on pointers, on empty folders, or on what a filter was to change.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator

import msgspec

from gitwf.repo import lfs
from gitwf.repo.repository import Repository


class Obstacle(msgspec.Struct, frozen=True):
    """What keeps a commit from being laid out, and what to do about it."""

    what: str
    way: str

    def __str__(self) -> str:
        return f"{self.what}: {self.way}"


def obstacle(repository: Repository, commit: str, asked: Collection[str]) -> Obstacle | None:
    """Return what keeps ``commit`` from being laid out with the filters ``asked`` for, or None.

    Nothing is run that the repository names, and no remote is spoken with.
    """
    return next(_obstacles(repository, commit, asked), None)


def _obstacles(
    repository: Repository, commit: str, asked: Collection[str], folder: str = "", top: str = ""
) -> Iterator[Obstacle]:
    """Yield the obstacles of ``commit``, whose files are to be in ``folder``: that of a submodule, or none.

    ``top`` is the submodule of the repository itself that it lies in.
    """
    yield from _filters(repository, commit, folder)
    yield from _pointers(repository, commit, asked, folder)
    for path, (at, module) in repository.submodules.of(commit).items():
        if module is None:
            yield _submodule(folder + path, at, top or path)
        else:
            yield from _obstacles(module, at, asked, f"{folder}{path}/", top or path)


def _filters(repository: Repository, commit: str, folder: str) -> Iterator[Obstacle]:
    named = repository.filters.named(commit)
    others = {path: name for path, name in named.items() if name != lfs.NAME}
    if not others:
        return
    from gitwf.repo.attributes import drivers

    known = drivers(repository)
    for path, name in others.items():
        if name in known:
            yield _foreign(folder + path, name, known[name])


def _pointers(
    repository: Repository, commit: str, asked: Collection[str], folder: str
) -> Iterator[Obstacle]:
    for path, pointer in repository.filters.pointers(commit).items():
        if lfs.NAME not in asked:
            yield _unasked(folder + path)
        elif pointer.is_extended:
            yield _extended(folder + path)


def _submodule(path: str, commit: str, top: str) -> Obstacle:
    return Obstacle(
        f"`{path}` is a submodule, whose commit {commit[:10]} is not here",
        f"`git submodule update --init --recursive {shlex.quote(top)}` gets it",
    )


def _foreign(path: str, name: str, program: str) -> Obstacle:
    return Obstacle(
        f"`{path}` goes through the filter `{name}` (`{program}`), which no run calls",
        "have git keep it as it is to be read, or DVC track it",
    )


def _unasked(path: str) -> Obstacle:
    return Obstacle(
        f"`{path}` is kept in LFS, and its pointer alone would be played",
        'set `filters = ["lfs"]` in `[workspace]` of `wf.toml`',
    )


def _extended(path: str) -> Obstacle:
    return Obstacle(
        f"`{path}` is kept in LFS with extensions, which are programs that no run calls",
        "have `git lfs ext` without them, or DVC track it",
    )
