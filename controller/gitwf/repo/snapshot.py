"""The files of a worktree as a tree, whatever its index has become, and its index made to fit again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from gitwf.repo.errors import GitError
from gitwf.repo.git import Git
from gitwf.repo.lfs import Pointer
from gitwf.repo.repository import Repository
from gitwf.repo.worktree import plain_git, registration_of


def tree_of(
    repository: Repository,
    path: Path,
    commit: str,
    *,
    without: Iterable[str] = (),
    ignored: Iterable[str] = (),
) -> str:
    """Return the tree that the files of the worktree at ``path`` make, on top of ``commit``.

    Files are taken as they are, without conversions, but that of files that LFS has in ``commit`` their pointers are
    taken. What git ignores is left out, but for the paths ``ignored``; so is what fits the globs ``without``.

    Raises `GitError`, and `StorageFullError`.
    """
    with TemporaryDirectory(prefix="git-wf-") as folder:
        git = _git(repository, path, Path(folder) / "index")
        git.run("read-tree", commit)
        known = repository.filters.pointers(commit)
        large = {name: known[name] for name in known if _is_plain(path, name)}
        if large:
            git.run("update-index", "-z", "--skip-worktree", "--stdin", stdin=_listed(large))
        left_out = (f":(exclude,top,glob){name}" for name in without)
        git.run("add", "--all", "--", ":/", *left_out)
        there = [name for name in ignored if (path / name).exists()]
        if there:
            git.run("add", "--force", "--", *(f":(top,literal){name}" for name in there))
        if large:
            git.run(
                "update-index",
                "-z",
                "--index-info",
                stdin=_pointed(repository, path, commit, large),
            )
        return git.run("write-tree").decode().strip()


def fit_index(repository: Repository, path: Path, commit: str) -> None:
    """Make the index of the worktree at ``path`` that of ``commit``; a lock that is left there goes."""
    registration = registration_of(path)
    if registration is None:
        raise GitError(f"`{path}` is no worktree")
    (registration / "index.lock").unlink(missing_ok=True)
    git = _git(repository, path, registration / "index")
    git.run("read-tree", commit)
    git.attempt("update-index", "-q", "--refresh")


def forget_stats(repository: Repository, path: Path, names: Iterable[str]) -> None:
    """Have the index of the worktree at ``path`` keep which contents ``names`` have, and not how they are on disk.

    Git finds a file changed by its size alone; of what is not known it looks at the content, through its filter.
    """
    registration = registration_of(path)
    if registration is None:
        raise GitError(f"`{path}` is no worktree")
    git = _git(repository, path, registration / "index")
    listed = git.run("ls-files", "--stage", "-z").split(b"\0")
    wanted = frozenset(map(os.fsencode, names))
    lines = [line for line in listed if line.partition(b"\t")[2] in wanted]
    git.run("update-index", "-z", "--index-info", stdin=b"".join(line + b"\0" for line in lines))


def _listed(names: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(name) + b"\0" for name in names)


def _is_plain(root: Path, name: str) -> bool:
    """Return whether there is a file of that ``name``, and no link on the way to it."""
    return (root / name).is_file() and (root / name).resolve() == root.resolve() / name


def _pointed(
    repository: Repository, path: Path, commit: str, pointers: Mapping[str, Pointer]
) -> bytes:
    """Return what an index is to have of files of LFS, which had ``pointers`` in ``commit``, for `--index-info`.

    The contents of those that were changed go into the clone's store.
    """
    from gitwf.repo.lfsstore import Store

    store = Store.of(repository)
    lines = []
    for name, pointer in pointers.items():
        place = path / name
        found, known = store.keep(place), repository.objects.entry(commit, name)
        id_ = (
            known.id if known and found == pointer else repository.objects.write_blob(found.text())
        )
        mode = "100755" if os.access(place, os.X_OK) else "100644"
        lines.append(f"{mode} {id_}\t{name}\0")
    return os.fsencode("".join(lines))


def _git(repository: Repository, path: Path, index: Path) -> Git:
    return plain_git(repository, path, GIT_WORK_TREE=str(path), GIT_INDEX_FILE=str(index))
