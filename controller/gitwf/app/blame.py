"""Which commit changed something between two runs."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from functools import cached_property, partial

import msgspec

from gitwf.data.errors import DataError
from gitwf.data.facts import CommitFiles, FileFacts
from gitwf.data.params import params_in
from gitwf.language.canonical import canonical
from gitwf.language.parser import parse
from gitwf.plan.change import Change
from gitwf.repo.repository import Repository

_STAGES, _LOCK = "dvc.yaml", "dvc.lock"


class Culprit(msgspec.Struct, frozen=True):
    """A commit that changed something, and the first line of its message."""

    commit: str
    subject: str


class Cause(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change, and who made it: a commit, or a stage of the same run that wrote the dep anew.

    ``files`` are, of a folder in git, the files in it that are others: their paths in it.
    """

    change: Change
    by: Culprit | None = None
    stage: str | None = None
    files: tuple[str, ...] = ()


class Blame:
    """Looks through the commits that ``new`` has and ``old`` has not."""

    def __init__(self, repository: Repository, old: str, new: str) -> None:
        self._repository = repository
        self._span = (old, new)

    def cause(self, change: Change) -> Cause:
        """Return a change of an input of a run with all that there is to say of it."""
        ids = tuple(self._facts(commit).id(change.name) for commit in self._span)
        is_committed = ids == (change.old, change.new)
        return Cause(
            change, self._input(change), files=self.files(change.name) if is_committed else ()
        )

    def files(self, folder: str) -> tuple[str, ...]:
        """Return the files in ``folder`` that are others in the two commits; none for what is a file there."""
        old, new = (self._facts(commit).files(folder) for commit in self._span)
        differing = sorted(p for p in old.keys() | new.keys() if old.get(p) != new.get(p))
        return () if folder in differing else tuple(posixpath.relpath(p, folder) for p in differing)

    def _input(self, change: Change) -> Culprit | None:
        """Return who changed an input of a run; None where no commit did (``--set``)."""
        match change.kind:
            case "set":
                return None
            case "stage":
                return self.file(posixpath.join(posixpath.dirname(change.name), _STAGES))
            case "param":
                return self.param(change.name)
            case "workflow":
                return self.workflows([change.name])
            case _:
                return self.file(change.name)

    def file(self, path: str) -> Culprit | None:
        """Return who changed the file or folder at ``path``.

        Git tracks it, or a `.dvc` file, or a `dvc.lock` that is committed has it as an out.
        """
        return self._newest(_trackers(path), None) or self._newest(
            self._locks, lambda commit: self._facts(commit).locked(path)
        )

    @cached_property
    def _locks(self) -> list[str]:
        """The `dvc.lock` files that are, or were, committed."""
        files = (self._facts(commit).files("") for commit in self._span)
        return sorted({path for listed in files for path in listed if _is_lock(path)})

    def _facts(self, commit: str) -> FileFacts:
        return FileFacts(CommitFiles(self._repository.objects, commit))

    def param(self, name: str) -> Culprit | None:
        """Return who changed the value of a param: ``file:key``."""
        file, _, key = name.partition(":")
        return self._newest([file], partial(self._value, file, key))

    def workflows(self, paths: Iterable[str]) -> Culprit | None:
        """Return who changed what workflow files mean."""
        return self._newest(paths, partial(self._meaning, tuple(paths)))

    def _newest(
        self, paths: Iterable[str], value: Callable[[str], object] | None
    ) -> Culprit | None:
        """Return the newest commit that touched ``paths`` and gave ``value`` of them another value."""
        for commit in self._repository.touching(paths, *self._span):
            found = self._repository.commit(commit)
            if found is None:
                continue
            if value is None or not found.parents or value(commit) != value(found.parents[0]):
                return Culprit(commit, found.message.partition("\n")[0])
        return None

    def _value(self, file: str, key: str, commit: str) -> object:
        text = self._text(commit, file)
        try:
            return None if text is None else params_in(text, file, (key,))
        except DataError:
            return None

    def _meaning(self, paths: tuple[str, ...], commit: str) -> list[bytes | None]:
        texts = (self._text(commit, path) for path in paths)
        return [None if text is None else canonical(parse("", text).file) for text in texts]

    def _text(self, commit: str, path: str) -> str | None:
        data = self._repository.objects.blob(commit, path)
        return None if data is None else data.decode("utf-8", "replace")


def _is_lock(path: str) -> bool:
    return posixpath.basename(path) == _LOCK


def _trackers(path: str) -> list[str]:
    """Return the paths whose change is one of ``path``: itself, and the pointers of DVC to it."""
    found = [path]
    while path:
        found.append(f"{path}.dvc")
        path = posixpath.dirname(path)
    return found
