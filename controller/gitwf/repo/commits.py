"""Making commits without a working tree or an index, in one git process.

`git fast-import` takes whole commits as text (git-fast-import(1)). It wants a ref to build on; each
commit gets a private one, which the same stream deletes before git would write it, so that nothing
but objects comes of it. The objects are synced to disk (`core.fsync`) before the ids are returned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from os import urandom
from typing import NoReturn

import msgspec

from gitwf.repo.environment import IDENTITY
from gitwf.repo.git import Git, Outcome
from gitwf.repo.seals import Role

_CRASH_REPORT = re.compile(rb"^fast-import: dumping crash report to (.+)\n?", re.MULTILINE)
_FORBIDDEN = frozenset({"", ".", "..", ".git"})


class File(msgspec.Struct, frozen=True):
    """A file's new content."""

    content: bytes
    executable: bool = False


class Link(msgspec.Struct, frozen=True):
    """An existing blob under a (further) path; ``mode`` as in a tree."""

    id: str
    mode: str = "100644"


Change = File | Link | None
"""What a path becomes; None: it is deleted."""


class Draft(msgspec.Struct, frozen=True):
    """A commit to be made: the files of ``tree`` (its id; None: no files) with ``changes`` made to them.

    ``author`` is a name and an address; None: whoever makes all our commits. ``role`` says as what it is
    signed, where commits are; None: not at all.
    """

    tree: str | None
    changes: Mapping[str, Change]
    parents: Sequence[str]
    message: str
    at: datetime
    author: tuple[str, str] | None = None
    role: Role | None = "record"


Seal = Callable[[Sequence[str], Sequence[Role | None]], list[str]]
"""Signs commits of these roles, and returns their ids."""


def _unsealed(commits: Sequence[str], _roles: Sequence[Role | None]) -> list[str]:
    return list(commits)


class Commits:
    """Writes commits into the repository of ``git``, whose ids are ``width`` hex digits long."""

    def __init__(self, git: Git, width: int) -> None:
        self._git = git
        self._nothing = b"0" * width
        self.seal: Seal = _unsealed

    def write(self, drafts: Sequence[Draft]) -> list[str]:
        """Write commits and return their ids, in order. No ref points to them yet.

        Raises `GitError`, `StorageFullError`, and ValueError for a path that leads out of the tree.
        """
        scratch = b"refs/wf-scratch/%s" % urandom(8).hex().encode()
        stream = b"".join(self._commands(scratch, *numbered) for numbered in enumerate(drafts, 1))
        arguments = ("fast-import", "--quiet", "--done", "--cat-blob-fd=1")
        outcome = self._git.attempt(*arguments, stdin=stream + b"done\n")
        if outcome.status:
            self._refuse(outcome)
        return self.seal(outcome.stdout.decode().split(), [draft.role for draft in drafts])

    def _commands(self, scratch: bytes, mark: int, draft: Draft) -> bytes:
        ref = b"%s/%d" % (scratch, mark)
        author, committer = (_person(p, draft.at) for p in (draft.author or IDENTITY, IDENTITY))
        words = ["from", *["merge"] * len(draft.parents)]
        return b"".join(
            [
                b"commit %s\nmark :%d\nauthor %s\ncommitter %s\n" % (ref, mark, author, committer),
                _data(draft.message.encode()),
                *(f"{w} {p}\n".encode() for w, p in zip(words, draft.parents, strict=False)),
                b'M 040000 %s ""\n' % draft.tree.encode() if draft.tree else b"deleteall\n",
                *(_change(path, change) for path, change in draft.changes.items()),
                b"\nget-mark :%d\nreset %s\nfrom %s\n\n" % (mark, ref, self._nothing),
            ]
        )

    def _refuse(self, outcome: Outcome) -> NoReturn:
        """Raise the error, without the report that a dying fast-import leaves: it repeats our stream."""
        for report in _CRASH_REPORT.findall(outcome.stderr):
            (self._git.directory / report.decode()).unlink(missing_ok=True)
        words = _CRASH_REPORT.sub(b"", outcome.stderr)
        self._git.refuse("fast-import", Outcome(outcome.status, b"", words))


def _person(person: tuple[str, str], at: datetime) -> bytes:
    name, address = person
    return f"{name} <{address}> {int(at.timestamp())} +0000".encode()


def _change(path: str, change: Change) -> bytes:
    quoted = _quote(path)
    if change is None:
        return b"D %s\n" % quoted
    if isinstance(change, Link):
        return b"M %s %s %s\n" % (change.mode.encode(), change.id.encode(), quoted)
    mode = b"100755" if change.executable else b"100644"
    return b"M %s inline %s\n" % (mode, quoted) + _data(change.content)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quote(path: str) -> bytes:
    if any(part.lower() in _FORBIDDEN for part in path.split("/")) or "\0" in path:
        raise ValueError(f"`{path}` is no path inside a repository")
    raw = path.encode(errors="surrogateescape")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
