"""Moving a branch on, together with the working tree that it is checked out in.

A ref that is moved below somebody's working tree turns all that is new into what looks like their own
changes. So the tree comes along, as with `git merge`, and only where nothing of theirs is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitwf.repo.errors import ConflictError, GitError, RepositoryError
from gitwf.repo.git import Git
from gitwf.repo.refs import RefUpdate, refuse_moved
from gitwf.repo.repository import Repository

_AT_WORK = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}


class UncleanError(RepositoryError):
    """A working tree holds what its branch must not be moved away from."""


def advance(repository: Repository, branch: str, new: str, old: str) -> None:
    """Move ``branch`` from the commit ``old`` to ``new``, and the working tree that it is checked out in.

    Done again after a crash, it goes on where it was.

    Raises `ConflictError` where the branch stands elsewhere by now, and `UncleanError` where it is
    checked out with changes, or in the middle of something; then nothing has changed.
    """
    ref = f"refs/heads/{branch}"
    updates = [RefUpdate(ref, new, old)]
    refuse_moved(updates, {ref: repository.refs.read(ref)})
    place = checked_out(repository, ref)
    if place is None:
        repository.refs.swap(updates)
        return
    tree, git_dir = place
    git = Git(tree)
    _refuse_work(branch, tree, git_dir)
    _bring(git, branch, new, old)
    try:
        repository.refs.swap(updates)
    except ConflictError:
        git.run("read-tree", "-m", "-u", new, old)
        raise


def checked_out(repository: Repository, ref: str) -> tuple[Path, Path] | None:
    """Return the working tree that has the branch ``ref`` checked out, and its git folder, or None.

    A branch that is being rebased counts: git will move it when the rebase ends.
    """
    for tree, git_dir in _trees(repository):
        heads = (
            git_dir / name for name in ("HEAD", "rebase-merge/head-name", "rebase-apply/head-name")
        )
        if ref in {_words(head).removeprefix("ref:").strip() for head in heads}:
            return tree, git_dir
    return None


def _trees(repository: Repository) -> Iterator[tuple[Path, Path]]:
    """Yield the working trees of the repository with their git folders (gitrepository-layout(5))."""
    common = repository.common_dir
    if repository.main_tree is not None:
        yield repository.main_tree, common
    for entry in sorted((common / "worktrees").glob("*/gitdir")):
        tree = Path(_words(entry)).parent
        if tree.is_dir():
            yield tree, entry.parent


def _words(path: Path) -> str:
    try:
        return path.read_text(errors="surrogateescape").strip()
    except OSError:
        return ""


def _refuse_work(branch: str, tree: Path, git_dir: Path) -> None:
    for name, what in _AT_WORK.items():
        if (git_dir / name).exists():
            raise UncleanError(f"{what} of `{branch}` is under way in `{tree}`", "end it first")


def _bring(git: Git, branch: str, new: str, old: str) -> None:
    """Bring a clean working tree from ``old`` to ``new``; it may stand at ``new`` already."""
    hint = "commit or stash them first"
    git.attempt("update-index", "-q", "--refresh")
    if git.attempt("diff-files", "--quiet", "--ignore-submodules").status:
        raise UncleanError(f"`{branch}` is checked out in `{git.directory}` with changes", hint)
    if not git.attempt("diff-index", "--cached", "--quiet", new, "--").status:
        return
    if git.attempt("diff-index", "--cached", "--quiet", old, "--").status:
        raise UncleanError(f"`{branch}` is checked out in `{git.directory}` with changes", hint)
    try:
        git.run("read-tree", "-m", "-u", old, new)
    except GitError as error:
        raise UncleanError(
            f"the working tree `{git.directory}` of `{branch}` is in the way: {error.message}",
            error.hint,
        ) from None
