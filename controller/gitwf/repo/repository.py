"""A git repository: where it is, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import msgspec

from gitwf.repo.commits import Commits
from gitwf.repo.errors import GitError
from gitwf.repo.files import RefFiles
from gitwf.repo.filters import Filters
from gitwf.repo.git import Git
from gitwf.repo.landmarks import Survey
from gitwf.repo.objects import Entry, Objects
from gitwf.repo.refs import GitRefs, Refs
from gitwf.repo.submodules import Submodules

_HEADS = "refs/heads/"
_ORIGIN = "refs/remotes/origin/"
_ORIGIN_HEAD = "refs/remotes/origin/HEAD"
_WIDTHS = {"sha1": 40, "sha256": 64}


class Commit(msgspec.Struct, frozen=True):
    """What a commit object says. ``at`` is the committer's time."""

    id: str
    tree: str
    parents: tuple[str, ...]
    at: datetime
    message: str


class Place(msgspec.Struct, frozen=True):
    """Where the parts of a repository are.

    ``git_dir`` is the worktree's own folder, ``common_dir`` the one that all worktrees share;
    ``work_tree`` is None in a bare repository.
    """

    git_dir: Path
    common_dir: Path
    work_tree: Path | None
    is_bare: bool
    is_shallow: bool
    object_format: str


class Repository:
    """A git repository, opened at one of its worktrees or bare."""

    def __init__(self, place: Place, git: Git | None = None) -> None:
        self.place = place
        self.git = git or Git(place.work_tree or place.git_dir)
        self.hold: Callable[[], None] = _freely
        """Called before the first use of refs and commits: may put others in their place."""

    @classmethod
    def open(cls, path: Path) -> Repository:
        """Return the repository that ``path`` (a folder at any depth of it) belongs to.

        Raises `NotARepositoryError`, or `GitError` where git does not want to look at it (a folder
        of somebody else: `safe.directory`).
        """
        return cls(_locate(path))

    @property
    def git_dir(self) -> Path:
        """The git folder of this worktree."""
        return self.place.git_dir

    @property
    def common_dir(self) -> Path:
        """The git folder that all worktrees share."""
        return self.place.common_dir

    @property
    def work_tree(self) -> Path | None:
        """The top of the working tree; None in a bare repository."""
        return self.place.work_tree

    @property
    def main_tree(self) -> Path | None:
        """The working tree beside the git folder, from whichever worktree it is asked; None if bare."""
        if self.place.common_dir.name == ".git":
            return self.place.common_dir.parent
        return self.place.work_tree

    @property
    def is_bare(self) -> bool:
        """Whether there is no working tree."""
        return self.place.is_bare

    @property
    def is_shallow(self) -> bool:
        """Whether history was cut off when it was cloned."""
        return self.place.is_shallow

    def is_shallow_now(self) -> bool:
        """Return whether history is cut off still: a fetch may have brought it since."""
        return self.place.is_shallow and (self.common_dir / "shallow").exists()

    @property
    def state_dir(self) -> Path:
        """The folder of this program's local state, which all worktrees share."""
        return self.place.common_dir / "wf"

    @cached_property
    def objects(self) -> Objects:
        """The objects."""
        return Objects(self.git)

    @cached_property
    def landmarks(self) -> Survey:
        """Where commits have attributes and submodules."""
        return Survey(self.objects, self.state_dir)

    @cached_property
    def submodules(self) -> Submodules:
        """The submodules of commits."""
        return Submodules(self)

    @cached_property
    def filters(self) -> Filters:
        """Which files of commits go through a filter."""
        return Filters(self)

    @cached_property
    def refs(self) -> Refs:
        """The refs."""
        self.refs = GitRefs(self.git, self._files)
        self.hold()
        return self.refs

    @cached_property
    def commits(self) -> Commits:
        """The writer of commits."""
        self.commits = Commits(self.git, _WIDTHS[self.place.object_format])
        _ = self.refs
        return self.commits

    def close(self) -> None:
        """End the process that reads objects. The repository may be used again after it."""
        self.objects.close()
        self.submodules.close()

    def head_branch(self) -> str | None:
        """Return the branch that HEAD is on, born or not; None where HEAD is detached."""
        target = self._symbolic("HEAD")
        return target.removeprefix(_HEADS) if target and target.startswith(_HEADS) else None

    def _symbolic(self, ref: str) -> str | None:
        """Return the ref that ``ref`` points to, or None where it is no symbolic one."""
        if self._files is not None:
            return self._files.target(ref)
        outcome = self.git.attempt("symbolic-ref", "--quiet", ref)
        return outcome.stdout.decode().strip() or None

    def main_branch(self) -> str | None:
        """Return the branch that speaks for the others, or None where there is none that may.

        It is the one that `git clone` has noted as the default of `origin`, or else `main`, or `master`.
        """
        noted = self._symbolic(_ORIGIN_HEAD)
        cloned = noted.removeprefix(_ORIGIN) if noted else None
        names = (name for name in (cloned, "main", "master") if name)
        return next((name for name in names if self.refs.read(_HEADS + name)), None)

    def branches(self) -> dict[str, str]:
        """Return the local branches with the commits they stand at."""
        return {ref.removeprefix(_HEADS): id_ for ref, id_ in self.refs.list(_HEADS).items()}

    def resolve(self, rev: str) -> str | None:
        """Return the id of the commit that ``rev`` names, in all of git's ways, or None.

        An unborn HEAD is None. Raises `GitError` where an abbreviated id is ambiguous.
        """
        found = self.objects.read(f"{rev}^{{commit}}")
        return found.id if found else None

    def commit(self, rev: str) -> Commit | None:
        """Return the commit that ``rev`` names, or None."""
        found = self.objects.read(f"{rev}^{{commit}}")
        return _parse_commit(found.id, found.data) if found else None

    def message(self, rev: str) -> str | None:
        """Return the message of the commit that ``rev`` names, or None."""
        found = self.commit(rev)
        return found.message if found else None

    def first_parents(self, commit: str, limit: int) -> Iterator[str]:
        """Yield up to ``limit`` first parents of ``commit``, nearest first, without a process."""
        at = self.commit(commit)
        for _ in range(limit):
            if at is None or not at.parents:
                return
            yield at.parents[0]
            at = self.commit(at.parents[0])

    def first_parent_range(self, old: str | None, new: str) -> list[str]:
        """Return the commits that the branch went through from ``old`` to ``new``, oldest first.

        ``old`` is not among them, ``new`` is. Where ``old`` is None or no ancestor (a forced push),
        those that ``new`` has and ``old`` has not.
        """
        span = [new] if old is None else [new, f"^{old}"]
        out = self.git.run("rev-list", "--first-parent", "--reverse", "--end-of-options", *span)
        return out.decode().split()

    def first_parents_since(self, known: Iterable[str], new: str) -> list[str]:
        """Return the first parents of ``new``, and itself, that none of ``known`` has in its history.

        Oldest first.
        """
        span = [new, *(f"^{commit}" for commit in known)]
        out = self.git.run("rev-list", "--first-parent", "--reverse", "--end-of-options", *span)
        return out.decode().split()

    def unreachable(self, commits: Iterable[str], prefix: str) -> frozenset[str]:
        """Return those of ``commits`` that are in the history of no ref below ``prefix``."""
        wanted = sorted(commits)
        if not wanted:
            return frozenset()
        stdin = "".join(f"{commit}\n" for commit in wanted)
        words = ("rev-list", "--stdin", "--not", f"--glob={prefix}*")
        out = self.git.run(*words, stdin=stdin.encode()).decode()
        return frozenset(wanted).intersection(out.split())

    def ancestry(self, commit: str) -> list[str]:
        """Return ``commit`` and all commits in its history, newest first."""
        return self.git.run("rev-list", "--topo-order", "--end-of-options", commit).decode().split()

    def touching(self, paths: Iterable[str], old: str, new: str) -> list[str]:
        """Return the commits of ``new``, but not of ``old``, that changed ``paths``, newest first.

        None where one of the two is not here: in a shallow clone, or pruned.
        """
        if self.resolve(old) is None or self.resolve(new) is None:
            return []
        span = ("--end-of-options", new, f"^{old}", "--")
        places = (f":(literal){path}" for path in paths)
        return self.git.run("log", "--format=%H", *span, *places).decode().split()

    def tidy(self) -> None:
        """Pack refs, and objects too where git finds it worth the time: nobody else does in a server's clone."""
        self.git.attempt("pack-refs", "--all", "--prune")
        self.git.attempt("-c", "gc.auto=6700", "gc", "--auto", "--quiet")

    def is_ancestor(self, old: str, new: str) -> bool:
        """Return whether ``old`` is ``new`` or in its history."""
        return self.git.attempt("merge-base", "--is-ancestor", old, new).status == 0

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the commit that the histories of two commits parted at, or None."""
        out = self.git.attempt("merge-base", "--end-of-options", one, other).stdout
        return out.decode().strip() or None

    def changed_paths(self, old: str | None, new: str) -> tuple[str, ...]:
        """Return the paths that differ between two commits, sorted. ``old`` None: all of ``new``."""
        if old is None:
            return tuple(sorted(self.objects.list(new)))
        out = self.git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
        paths = out.decode(errors="surrogateescape").split("\0")
        return tuple(sorted(path for path in paths if path))

    def changed_entries(self, old: str, new: str) -> dict[str, Entry | None]:
        """Return what ``new`` has at the paths that differ between two commits, None: nothing."""
        out = self.git.run(
            "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new
        )
        parts = out.decode(errors="surrogateescape").split("\0")
        found: dict[str, Entry | None] = {}
        for raw, path in zip(parts[::2], parts[1::2], strict=False):
            _, mode, _, id_, status = raw.split(" ")
            found[path] = None if status == "D" else Entry(mode, id_)
        return found

    def modified_paths(self, old: str, new: str) -> frozenset[str] | None:
        """Return the files whose content alone differs between two commits; None where more does."""
        out = self.git.run(
            "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new
        )
        parts = out.decode(errors="surrogateescape").split("\0")
        for raw in parts[:-1:2]:
            before, after, _, _, status = raw.removeprefix(":").split(" ")
            if status != "M" or before != after:
                return None
        return frozenset(parts[1::2])

    @cached_property
    def _files(self) -> RefFiles | None:
        if (self.common_dir / "reftable").is_dir():
            return None
        return RefFiles(self.git_dir, self.common_dir)


def _freely() -> None:
    """Hold to nothing."""


def _locate(path: Path) -> Place:
    git = Git(path)
    out = git.run(
        "rev-parse",
        "--path-format=absolute",
        "--is-bare-repository",
        "--is-shallow-repository",
        "--show-object-format",
        "--is-inside-work-tree",
        "--show-cdup",
        "--absolute-git-dir",
        "--git-common-dir",
    )
    answers = out.decode(errors="surrogateescape").split("\n", 4)
    bare, shallow, object_format, inside, folders = answers
    work_tree: Path | None = None
    if inside == "true":
        up, _, folders = folders.partition("\n")
        work_tree = (path / up).resolve()
    git_dir, common_dir = _folders(folders.removesuffix("\n"))
    is_bare = bare == "true"
    if work_tree is None and not is_bare and Path(git_dir).name == ".git":
        work_tree = Path(git_dir).parent
    if object_format not in _WIDTHS:
        raise GitError(f"`{path}` has objects of a format that is not known: `{object_format}`")
    return Place(
        git_dir=Path(git_dir),
        common_dir=Path(common_dir),
        work_tree=work_tree,
        is_bare=is_bare,
        is_shallow=shallow == "true",
        object_format=object_format,
    )


def _folders(lines: str) -> tuple[str, str]:
    """Part a git folder from the common one below it, which is the same or stands above it.

    Git ends each with a newline, which may stand in their names as well.
    """
    parts = lines.split("\n")
    for count in range(1, len(parts)):
        own, common = "\n".join(parts[:count]), "\n".join(parts[count:])
        if own == common or own.startswith(f"{common}/"):
            return own, common
    raise GitError(f"git tells of odd folders: {lines!r}")


def _parse_commit(id_: str, data: bytes) -> Commit:
    """Return what the content of a commit object says (headers, an empty line, the message)."""
    head, _, message = data.partition(b"\n\n")
    fields = [line.partition(b" ") for line in head.split(b"\n")]
    values = {name: value for name, _, value in reversed(fields)}
    seconds = int(values[b"committer"].rsplit(b" ", 2)[1])
    return Commit(
        id=id_,
        tree=values[b"tree"].decode(),
        parents=tuple(value.decode() for name, _, value in fields if name == b"parent"),
        at=datetime.fromtimestamp(seconds, UTC),
        message=message.decode(errors="replace"),
    )
