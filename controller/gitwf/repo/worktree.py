"""Worktrees: a folder with the files of a commit, exactly as they are in its tree.

A worktree is registered with git (``git worktree list`` shows it), but its files are laid out
through a second, empty git folder that sees the same objects. That one has no settings of the
repository's, and attributes that switch every conversion off: line ends, ``ident``, encodings and
the filters of LFS and others, which are programs. The main tree and its index are not touched.
"""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from gitwf.repo import disk
from gitwf.repo.disk import room
from gitwf.repo.environment import of_program
from gitwf.repo.errors import GitError
from gitwf.repo.git import Git
from gitwf.repo.repository import Repository

_ATTRIBUTES = Path("info", "attributes")
_NO_CONVERSION = b"* -text -eol -ident -filter -working-tree-encoding\n"


def add(repository: Repository, path: Path, commit: str) -> None:
    """Make the folder ``path`` a worktree of ``repository``, detached at ``commit``.

    It is registered as `git worktree add` does it (gitrepository-layout(5), "worktrees"), without a
    process: this is on the way from a commit to the first process of its run.

    Raises `GitError` where ``path`` is there already, and `StorageFullError`; then nothing of it is left.
    """
    if path.exists():
        raise GitError(f"`{path}` is there already")
    _add(repository, path, commit)


def add_with(repository: Repository, path: Path, commit: str, index: Path) -> None:
    """Make ``path``, which holds the files of a worktree that git forgot, one again, as `add` does.

    ``index`` is that worktree's. What is not as it says is written anew; what it does not name stays.
    """
    _add(repository, path, commit, index)


def _add(repository: Repository, path: Path, commit: str, index: Path | None = None) -> None:
    try:
        with room(path):
            registration = _register(repository, path, commit)
            if index is not None:
                index.rename(registration / "index")
        _lay_out(repository, path, registration, commit)
    except BaseException:
        remove(repository, path)
        raise


def attach(path: Path, ref: str) -> None:
    """Put the worktree at ``path``, which is detached at the commit of the branch ``ref``, on it."""
    registration = registration_of(path)
    if registration is None:
        raise GitError(f"`{path}` is no worktree")
    disk.replace(registration / "HEAD", f"ref: {ref}\n".encode())


def commit_of(path: Path) -> str | None:
    """Return the commit that the worktree at ``path`` stands at; None where there is none any more."""
    if registration_of(path) is None:
        return None
    outcome = Git(path).attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return outcome.stdout.decode().strip() or None


def link(main: Path, path: Path, names: Iterable[str]) -> None:
    """Link untracked paths of the main tree into the worktree at ``path``, where they are not there."""
    for name in names:
        source, target = main / name, path / name
        if source.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source)


def remove(repository: Repository, path: Path) -> None:
    """Remove the worktree at ``path`` with all that lies in it. One that is gone already is no error."""
    forget(repository, path)
    disk.clear_away(path)


def forget(repository: Repository, path: Path) -> None:
    """Have git forget the worktree at ``path``, and leave its files."""
    registration = registration_of(path)
    if registration is None or registration.parent != repository.common_dir / "worktrees":
        return
    with suppress(FileNotFoundError), _draft(repository, path) as draft:
        registration.rename(draft)
    (path / ".git").unlink()


def move(path: Path, new: Path) -> None:
    """Have the worktree at ``path`` stand at ``new``, with all that lies in it."""
    registration = registration_of(path)
    path.rename(new)
    if registration is not None:
        (registration / "gitdir").write_text(f"{new.resolve() / '.git'}\n")


def prune(repository: Repository, folder: Path) -> list[Path]:
    """Forget the worktrees below ``folder`` that are no longer there, and return their paths.

    (Not `git worktree prune`: it would forget a person's own, on a disk that is not mounted.)
    """
    pruned = []
    for entry in sorted((repository.common_dir / "worktrees").glob("*/gitdir")):
        try:
            path = Path(entry.read_text().strip()).parent
        except FileNotFoundError:
            continue  # another has just removed it
        if path.is_relative_to(folder) and not path.exists():
            shutil.rmtree(entry.parent, ignore_errors=True)
            pruned.append(path)
    return pruned


def _register(repository: Repository, path: Path, commit: str) -> Path:
    """Register the worktree with git, whole, by a rename: half of it would stop `git fsck`.

    Return where.
    """
    path.mkdir(parents=True, exist_ok=True)
    link = path.resolve() / ".git"
    with _draft(repository, path) as draft:
        (draft / "gitdir").write_text(f"{link}\n")
        (draft / "commondir").write_text("../..\n")
        (draft / "HEAD").write_text(f"{commit}\n")
        names = _names(repository.common_dir.resolve() / "worktrees", path.name)
        return next(name for name in names if _registered(draft, link, name))


@contextmanager
def _draft(repository: Repository, path: Path) -> Iterator[Path]:
    """Give an empty folder, for what git shall find whole or not at all; what is in it at last is removed."""
    draft = repository.state_dir / "worktrees" / path.name
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _registered(draft: Path, link: Path, registration: Path) -> bool:
    link.write_text(f"gitdir: {registration}\n")
    return _renamed(draft, registration)


def _names(folder: Path, name: str) -> Iterator[Path]:
    """Yield the folders that git would use for a worktree: ``name``, or ``name1``, and so on."""
    folder.mkdir(exist_ok=True)
    for number in count():
        found = folder / f"{name}{number or ''}"
        if not found.exists():
            yield found


def _renamed(draft: Path, registration: Path) -> bool:
    """Rename a folder; return False where another has that name by now."""
    try:
        draft.rename(registration)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
            return False
        raise
    return True


def _lay_out(repository: Repository, path: Path, registration: Path, commit: str) -> None:
    index = registration / "index"
    git = plain_git(repository, path, GIT_WORK_TREE=str(path), GIT_INDEX_FILE=str(index))
    git.run("read-tree", "-u", "--reset", commit)


def plain_git(repository: Repository, directory: Path, **surroundings: str) -> Git:
    """Return the git program on the repository's objects alone: without its settings and attributes."""
    objects = {
        "GIT_DIR": str(_plain_git_dir(repository)),
        "GIT_OBJECT_DIRECTORY": str(repository.common_dir / "objects"),
    }
    return Git(directory, of_program(objects | surroundings))


def _plain_git_dir(repository: Repository) -> Path:
    """Return the git folder without settings, made where it is not there yet."""
    plain = repository.state_dir / "plain.git"
    if plain.exists() and not (plain / _ATTRIBUTES).exists():
        shutil.rmtree(plain, ignore_errors=True)  # half of it, by a version that made it in place
    if not plain.exists():
        _make_plain(repository, plain)
    return plain


def _make_plain(repository: Repository, plain: Path) -> None:
    """Make it whole, by a rename: runs begin side by side, and processes are killed in between."""
    draft = plain.with_name(f"plain.{os.getpid()}.{threading.get_ident()}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        kind = f"--object-format={repository.place.object_format}"
        Git(draft.parent).run("init", "--quiet", "--bare", "--template=", kind, str(draft))
        disk.replace(draft / _ATTRIBUTES, _NO_CONVERSION)
        _renamed(draft, plain)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def registration_of(path: Path) -> Path | None:
    """Return the folder in which git keeps a worktree: its `.git` file says `gitdir: <folder>`."""
    try:
        words = (path / ".git").read_text()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    return Path(words.removeprefix("gitdir:").strip())
