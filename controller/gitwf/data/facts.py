"""What planning asks about files, answered from a commit or a working tree, and from DVC's files."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from gitwf.plan.stage import Stage

if TYPE_CHECKING:
    from gitwf.data.errors import BrokenFileError, DataError
    from gitwf.data.ownstages import OwnStages
    from gitwf.repo.index import Tracked
    from gitwf.repo.objects import Objects

_SCRIPTS = "commands"
_STAGES = "dvc.yaml"
_SUFFIXES = ("", ".sh", ".py")
_EXECUTABLE = "100755"


class Files(Protocol):
    """Some files by path: relative, forward slashes."""

    def id(self, path: str) -> str | None:
        """Return what identifies the content of the file or folder at ``path``, or None."""
        ...

    def submodule(self, path: str) -> str | None:
        """Return the path of the submodule that ``path`` is, or lies in, where its files are not known."""
        ...

    def is_file(self, path: str, *, executable: bool = False) -> bool:
        """Return whether there is a(n executable) file at ``path``."""
        ...

    def read(self, path: str) -> bytes | None:
        """Return the content of the file at ``path``, or None."""
        ...

    def files(self, folder: str) -> Mapping[str, str]:
        """Return all files below ``folder`` (``""``: all), path to id."""
        ...

    def has(self, path: str) -> bool:
        """Return whether there is a file or folder at ``path``."""
        ...

    def tracked(self) -> Tracked | None:
        """Return all paths that git tracks; None: not known."""
        ...


class CommitFiles:
    """The files of a commit."""

    def __init__(self, objects: Objects, commit: str) -> None:
        self._objects = objects
        self._commit = commit

    def id(self, path: str) -> str | None:
        """Return the id of the blob or tree at ``path``, or None; of a submodule its commit."""
        entry = self._objects.entry(self._commit, path)
        return entry.id if entry else None

    def submodule(self, path: str) -> str | None:
        """Return the path of the submodule that ``path`` is, or lies in, or None."""
        return self._objects.submodule(self._commit, path)

    def is_file(self, path: str, *, executable: bool = False) -> bool:
        """Return whether there is a(n executable) file at ``path``."""
        entry = self._objects.entry(self._commit, path)
        if entry is None or not entry.mode.startswith("100"):
            return False
        return not executable or entry.mode == _EXECUTABLE

    def read(self, path: str) -> bytes | None:
        """Return the content of the file at ``path``, or None."""
        return self._objects.blob(self._commit, path)

    def files(self, folder: str) -> Mapping[str, str]:
        """Return all files below ``folder``, path to blob id."""
        return {p: e.id for p, e in self._objects.list(self._commit, folder).items()}

    def has(self, path: str) -> bool:
        """Return whether there is a file or folder at ``path``."""
        return self.id(path) is not None

    def tracked(self) -> Tracked:
        """Return all paths of the commit."""
        from gitwf.repo.index import Tracked

        entries = self._objects.list(self._commit)
        opaque = frozenset(p for p, e in entries.items() if not e.mode.startswith("100"))
        return Tracked(frozenset(entries), opaque)


class TreeFiles:
    """The files of a working tree, as they are now."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def id(self, path: str) -> str | None:
        """Return a hash of the file at ``path`` or of all files below it, or None."""
        full = self._root / path
        if full.is_dir():
            listing = self.files(path)
            return _digest(msgspec.json.encode(sorted(listing.items())))
        from hashlib import file_digest

        try:
            with full.open("rb") as file:
                return file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError):
            return None

    def submodule(self, path: str) -> str | None:  # noqa: ARG002 - its files are files like others here
        """Return None."""
        return None

    def is_file(self, path: str, *, executable: bool = False) -> bool:
        """Return whether there is a(n executable) file at ``path``."""
        full = self._root / path
        return full.is_file() and (not executable or os.access(full, os.X_OK))

    def read(self, path: str) -> bytes | None:
        """Return the content of the file at ``path``, or None."""
        try:
            return (self._root / path).read_bytes()
        except (OSError, ValueError):
            return None

    def files(self, folder: str) -> Mapping[str, str]:
        """Return all files below ``folder``, path to hash; git's and DVC's own are left out."""
        found: dict[str, str] = {}
        for at, folders, names in os.walk(self._root / folder):
            folders[:] = sorted(f for f in folders if f not in (".git", ".dvc"))
            for name in sorted(names):
                path = (Path(at) / name).relative_to(self._root).as_posix()
                if (known := self.id(path)) is not None:
                    found[path] = known
        return found

    def has(self, path: str) -> bool:
        """Return whether there is a file or folder at ``path``."""
        return os.path.lexists(self._root / path)

    def tracked(self) -> Tracked | None:
        """Return all paths in git's index; None: there is none, or only git can read it."""
        from gitwf.repo.index import git_dir_of, tracked_paths

        git_dir = git_dir_of(self._root)
        return None if git_dir is None else tracked_paths(git_dir)


def _digest(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


class FileFacts:
    """The facts of planning (`gitwf.plan.facts.Facts`) about some files."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def id(self, path: str) -> str | None:
        """Return what identifies the content at ``path``, or None."""
        return self._files.id(path)

    def submodule(self, path: str) -> str | None:
        """Return the path of the submodule that ``path`` is, or lies in, where its files are not known."""
        return self._files.submodule(path)

    def is_file(self, path: str) -> bool:
        """Return whether there is a file at ``path``."""
        return self._files.is_file(path)

    def is_executable(self, path: str) -> bool:
        """Return whether there is an executable file at ``path``."""
        return self._files.is_file(path, executable=True)

    def read(self, path: str) -> bytes | None:
        """Return the content of the file at ``path``, or None."""
        return self._files.read(path)

    def text(self, path: str) -> str | None:
        """Return the file at ``path`` as text, or None; bytes that are no UTF-8 are marked."""
        data = self.read(path)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def files(self, folder: str) -> Mapping[str, str]:
        """Return all files below ``folder``, path to id."""
        return self._files.files(folder)

    def has(self, path: str) -> bool:
        """Return whether there is a file or folder at ``path``."""
        return self._files.has(path)

    def tracked(self) -> Tracked | None:
        """Return all paths that git tracks; None: not known."""
        return self._tracked

    @cached_property
    def _tracked(self) -> Tracked | None:
        return self._files.tracked()

    def provided(self) -> frozenset[str]:
        """Return the paths that others than git provide, as far as git tracks what says so.

        They are links, submodules, what `*.dvc` files track, and outs of stages; of a path in a
        template each value is a ``*``.
        """
        return self._provided

    @cached_property
    def _provided(self) -> frozenset[str]:
        from gitwf.data.outpaths import provided_paths

        tracked = self.tracked()
        if tracked is None:
            return frozenset()
        return tracked.opaque | frozenset(provided_paths(tracked.paths, self.text))

    def scripts(self) -> Mapping[str, str]:
        """Return the executables of ``commands/``: command name to path."""
        return self._scripts[True]

    def unfit_scripts(self) -> Mapping[str, str]:
        """Return the files of ``commands/`` that are commands but for not being executable, name to path."""
        return self._scripts[False]

    @cached_property
    def _scripts(self) -> Mapping[bool, Mapping[str, str]]:
        found: dict[bool, dict[str, str]] = {True: {}, False: {}}
        if self.id(_SCRIPTS) is None:
            return found
        paths = [p for p in self.files(_SCRIPTS) if posixpath.dirname(p) == _SCRIPTS]
        for suffix in reversed(_SUFFIXES):
            for path in paths:
                name, end = posixpath.splitext(posixpath.basename(path))
                if end == suffix:
                    found[self.is_executable(path)][name] = path
        return found

    def stages(self, folder: str = ".") -> Mapping[str, Stage | str]:
        """Return the stages of a folder's ``dvc.yaml``; one that cannot be played is its reason.

        Raises:
            BrokenFileError: if the file cannot be read.
        """
        return self._stages.of(folder)

    @cached_property
    def _stages(self) -> OwnStages:
        from gitwf.data.ownstages import OwnStages

        return OwnStages(self.text, self.has)

    def pipelines(self) -> Sequence[str]:
        """Return the folders that hold a ``dvc.yaml``, that on top (``.``) first."""
        tracked = self.tracked()
        paths = tracked.paths if tracked else (_STAGES,)
        folders = [posixpath.dirname(p) for p in paths if posixpath.basename(p) == _STAGES]
        return sorted((folder or "." for folder in folders), key=lambda at: (at != ".", at))

    def locked(self, path: str) -> str | None:
        """Return the hash that a ``dvc.lock`` holds for the out at ``path``, or None."""
        return self._locked.get(path)

    @cached_property
    def _locked(self) -> Mapping[str, str]:
        from gitwf.data.lockedouts import locked_outs

        outs = locked_outs(self.pipelines(), self.text, self.has)
        return {path: content.md5 for path, content in outs}

    def lock_problem(self) -> BrokenFileError | None:
        """Return why the ``dvc.lock`` on top is none of DVC's, as far as its layout tells, or None."""
        return self._lock_problem

    @cached_property
    def _lock_problem(self) -> BrokenFileError | None:
        from gitwf.data import lockfile

        return lockfile.problem(self.text(lockfile.NAME) or "")

    def params(self, path: str, keys: tuple[str, ...] | None) -> str | None:
        """Return the values of ``keys`` in a parameter file as JSON text; None: not readable."""
        from gitwf.data.errors import DataError
        from gitwf.data.params import params_in

        text = self.text(path)
        if text is None:
            return None
        try:
            values = params_in(text, path, keys)
        except DataError:
            return None
        return msgspec.json.encode(values, order="sorted").decode()

    def params_problem(self, path: str, keys: tuple[str, ...] | None) -> DataError | None:
        """Return why ``keys`` cannot be read from a parameter file; None: they can, or it is not here as it will be.

        That is a link, a file of a submodule, or one of which git has a pointer.
        """
        from gitwf.data.errors import DataError
        from gitwf.data.params import params_in
        from gitwf.repo import lfs

        data = self.read(path) if self.is_file(path) else None
        if data is None or lfs.parse(data) is not None:
            return None
        try:
            params_in(data.decode("utf-8", "surrogateescape"), path, keys)
        except DataError as error:
            return error
        return None
