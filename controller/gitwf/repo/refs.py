"""Refs: read them, list them, and move several at once by compare-and-swap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Protocol, TypeVar

import msgspec

from gitwf.repo.errors import ConflictError, StorageFullError
from gitwf.repo.files import RefFiles, Stamp
from gitwf.repo.git import Git

T = TypeVar("T")


class RefUpdate(msgspec.Struct, frozen=True):
    """Move ``ref`` from ``old`` to ``new``. ``old`` None: it must not exist; ``new`` None: delete it."""

    ref: str
    new: str | None
    old: str | None


class Refs(Protocol):
    """A store of refs. There is no write without the old value in it."""

    def read(self, ref: str) -> str | None:
        """Return the id that ``ref`` (a whole name, ``refs/…`` or ``HEAD``) stands at, or None."""
        ...

    def list(self, prefix: str) -> Mapping[str, str]:
        """Return the refs below ``prefix`` (``refs/wf/``) with their ids, ordered by name.

        The same object as before says that nothing has changed.
        """
        ...

    def swap(self, updates: Sequence[RefUpdate]) -> None:
        """Make all of ``updates``, or none. Raises `ConflictError` where one has another old value."""
        ...


class GitRefs:
    """The refs of a git repository."""

    def __init__(self, git: Git, files: RefFiles | None) -> None:
        self._git = git
        self._files = files
        self._listed: dict[str, tuple[Stamp, Mapping[str, str]]] = {}

    def read(self, ref: str) -> str | None:
        """Return the id that ``ref`` (a whole name, ``refs/…`` or ``HEAD``) stands at, or None."""
        if self._files is not None:
            return self._files.read(ref)
        outcome = self._git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
        return outcome.stdout.decode().strip() or None

    def list(self, prefix: str) -> Mapping[str, str]:
        """Return the refs below ``prefix`` (``refs/wf/``) with their ids, ordered by name.

        The same object as before says that nothing has changed.
        """
        stamp = self._files.stamp(prefix) if self._files else None
        listed = self._listed.get(prefix)
        if listed is not None and listed[0] == stamp:
            return listed[1]
        found = self._ask(prefix)
        if stamp is not None:
            self._listed[prefix] = (stamp, found)
        return found

    def swap(self, updates: Sequence[RefUpdate]) -> None:
        """Make all of ``updates``, or none. Raises `ConflictError` where one has another old value."""
        commands = "\0".join(["start", *map(_command, updates), "prepare", "commit", ""])
        outcome = self._git.attempt("update-ref", "--stdin", "-z", stdin=commands.encode())
        if not outcome.status:
            return
        try:
            self._git.refuse("update-ref", outcome)
        except StorageFullError:
            raise
        except Exception:
            refuse_moved(updates, {u.ref: self.read(u.ref) for u in updates})
            raise

    def _ask(self, prefix: str) -> Mapping[str, str]:
        out = self._git.run("for-each-ref", "--format=%(objectname) %(refname)", prefix)
        pairs = (line.split(" ", 1) for line in out.decode().splitlines())
        return MappingProxyType({ref: id_ for id_, ref in pairs})


def retried(move: Callable[[], T], tries: int = 20) -> T:
    """Call ``move``, which reads a ref and moves it, until nobody moves it in between.

    Raises `ConflictError` where somebody does each time.
    """
    for _ in range(tries - 1):
        with suppress(ConflictError):
            return move()
    return move()


def refuse_moved(updates: Sequence[RefUpdate], standing: Mapping[str, str | None]) -> None:
    """Raise `ConflictError` for the first of ``updates`` whose old value is not what is ``standing``."""
    for update in updates:
        if standing.get(update.ref) != update.old:
            stands = standing.get(update.ref) or "nothing"
            raise ConflictError(
                f"`{update.ref}` stands at {stands}, not at {update.old or 'nothing'}"
            )


def _command(update: RefUpdate) -> str:
    """Return ``update`` as `git update-ref --stdin -z` reads it (git-update-ref(1))."""
    if update.old is None:
        if update.new is None:
            return f"verify {update.ref}\0"
        return f"create {update.ref}\0{update.new}"
    if update.new is None:
        return f"delete {update.ref}\0{update.old}"
    return f"update {update.ref}\0{update.new}\0{update.old}"
