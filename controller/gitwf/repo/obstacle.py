"""What keeps a commit from being laid out as git lays it out for people, and what to do about it.

A run is never played on pointers, on empty folders, or on what a filter was to change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from gitwf.repo import lfs
from gitwf.repo.attributes import drivers
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
    own = _filter(repository, commit) or _pointer(repository, commit, asked)
    return own or next(_in_submodules(repository, commit, asked), None)


def _in_submodules(
    repository: Repository, commit: str, asked: Collection[str]
) -> Iterator[Obstacle]:
    for path, (at, module) in repository.submodules.of(commit).items():
        if module is None:
            yield _submodule(path, at)
        elif found := obstacle(module, at, asked):
            yield Obstacle(f"`{path}` is a submodule, and in it {found.what}", found.way)


def _filter(repository: Repository, commit: str) -> Obstacle | None:
    named = repository.filters.named(commit)
    others = {path: name for path, name in named.items() if name != lfs.NAME}
    known = drivers(repository) if others else {}
    return next((_foreign(p, n, known[n]) for p, n in others.items() if n in known), None)


def _pointer(repository: Repository, commit: str, asked: Collection[str]) -> Obstacle | None:
    for path, pointer in repository.filters.pointers(commit).items():
        if lfs.NAME not in asked:
            return _unasked(path)
        if pointer.is_extended:
            return _extended(path)
    return None


def _submodule(path: str, commit: str) -> Obstacle:
    return Obstacle(
        f"`{path}` is a submodule, whose commit {commit[:10]} is not here",
        f"`git submodule update --init --recursive {path}` gets it",
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
