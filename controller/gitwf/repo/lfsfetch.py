"""Contents of LFS that are not in a clone, fetched by the `git-lfs` program from the clone's own remote.

git-lfs takes addresses from a `.lfsconfig`: that in the working tree, else in the index, else in HEAD (`git/config.go` of
it). It is given a working tree of ours that has the one of the clone's HEAD, or an empty one: what another commit says
directs no request. What a clone's own settings say counts as ever.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from gitwf.repo.configuration import names_of_remotes
from gitwf.repo.environment import of_program
from gitwf.repo.errors import GitError
from gitwf.repo.git import Git, Listening, Outcome
from gitwf.repo.lfs import Pointer
from gitwf.repo.lfsstore import Store
from gitwf.repo.repository import Repository

_CONFIG = ".lfsconfig"
_PATIENCE = 6 * 3600.0
"""Seconds that a fetch may take; git-lfs itself gives up where nothing arrives any more."""

_LAST_LINES = 3
_USUAL = "origin"


def bring(
    repository: Repository,
    commit: str,
    pointers: Mapping[str, Pointer],
    remote: str | None,
    listening: Listening | None = None,
) -> None:
    """Have the contents of ``pointers``, which are those of ``commit``, in the clone's store.

    What lacks is fetched from ``remote``; without one from `origin`, or the only one there is.
    Who is ``listening`` can stop that. Raises `GitError` where one cannot be had.
    """
    store = Store.of(repository)
    if lacking := _lacking(store, pointers):
        lacks = _lacks(lacking)
        done = _fetched(repository, commit, _remote(repository, remote, lacks), lacks, listening)
        if done.status:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            why = "; ".join(lines[-_LAST_LINES:]) or f"status {done.status}"
            raise GitError(f"{lacks}, and `git lfs fetch` failed: {why}")
        if lacking := _lacking(store, pointers):
            raise GitError(_lacks(lacking), f"see what `git lfs fetch` says of {commit[:10]}")


def _lacking(store: Store, pointers: Mapping[str, Pointer]) -> list[str]:
    return [path for path, pointer in pointers.items() if not store.has(pointer)]


def _lacks(paths: list[str]) -> str:
    more = f", nor are those of {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"the content of `{paths[0]}` is not in this clone's LFS store{more}"


def _remote(repository: Repository, wanted: str | None, lacks: str) -> str:
    """Return the remote to fetch from: one that the clone knows, whatever a commit says."""
    names = names_of_remotes(repository)
    if wanted is None and (_USUAL in names or len(names) == 1):
        wanted = _USUAL if _USUAL in names else names[0]
    if wanted not in names:
        way = f"`git remote add {wanted or _USUAL} …` says where to fetch it from"
        raise GitError(lacks, way)
    return wanted


def _fetched(
    repository: Repository, commit: str, remote: str, lacks: str, listening: Listening | None
) -> Outcome:
    if shutil.which("git-lfs") is None:
        raise GitError(lacks, "install `git-lfs`, which fetches it")
    with TemporaryDirectory(prefix="git-wf-") as folder:
        words = ("--include=", "--exclude=", remote, commit)
        git = _git(repository, Path(folder))
        return git.attempt("lfs", "fetch", *words, patience=_PATIENCE, listening=listening)


def _git(repository: Repository, folder: Path) -> Git:
    head = repository.resolve("HEAD")
    believed = repository.objects.blob(head, _CONFIG) if head else None
    (folder / _CONFIG).write_bytes(believed or b"")
    places = {"GIT_DIR": str(repository.common_dir), "GIT_WORK_TREE": str(folder)}
    return Git(folder, of_program(places))
