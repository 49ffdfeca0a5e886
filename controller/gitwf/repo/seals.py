"""Seals: signatures of commits that hold records, in a header of their own.

What is signed is the whole commit without that header, and so its tree, its parents and all behind them. The
namespace says what the signature is for (`NAMESPACES`): whoever may sign code need not be believed about runs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from gitwf.repo.errors import GitError
from gitwf.repo.git import Git
from gitwf.repo.objects import Objects
from gitwf.repo.sshsig import sign

Role = Literal["record", "request", "commit"]
"""What a commit is: a record, a wish of a person, or one that is to be part of a branch."""

NAMESPACES: dict[Role, str] = {
    "record": "git-wf",
    "request": "git-wf-request",
    "commit": "git",
}
_SEAL = b"wf-signature"
_HEADERS: dict[Role, bytes] = {"record": _SEAL, "request": _SEAL, "commit": b"gpgsig"}

Key = Callable[[Role], str | None]
"""Says which key signs commits of a role; None: they are not signed."""


class Sealed(msgspec.Struct, frozen=True):
    """The content of a commit object without its seal, and the armoured signature."""

    payload: bytes
    signature: bytes


class Sealer:
    """Signs commits as they are made."""

    def __init__(self, git: Git, objects: Objects, key: Key) -> None:
        self._git = git
        self._objects = objects
        self._key = key

    def seal(self, commits: Sequence[str], roles: Sequence[Role | None]) -> list[str]:
        """Return ``commits`` by the ids that they have with their signatures.

        Raises `GitError` where a key cannot sign.
        """
        new = dict(zip(commits, commits, strict=True))
        for role in NAMESPACES:
            wanted = [c for c, r in zip(commits, roles, strict=True) if r == role]
            key = self._key(role) if wanted else None
            if key is not None:
                new |= dict(zip(wanted, self._signed(wanted, role, key), strict=True))
        return [new[commit] for commit in commits]

    def _signed(self, commits: Sequence[str], role: Role, key: str) -> list[str]:
        payloads = [self._content(commit) for commit in commits]
        signatures = sign(key, payloads, NAMESPACES[role])
        header = _HEADERS[role]
        if role == "commit" and len(commits[0]) != len("0" * 40):
            header += b"-sha256"
        pairs = zip(payloads, signatures, strict=True)
        return self._write([_joined(payload, header, signature) for payload, signature in pairs])

    def _content(self, commit: str) -> bytes:
        found = self._objects.read(commit)
        if found is None:
            raise GitError(f"there is no commit `{commit}`", "look with `git fsck`")
        return found.data

    def _write(self, contents: Sequence[bytes]) -> list[str]:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="git-wf-") as folder:
            files = [Path(folder) / str(number) for number in range(len(contents))]
            for file, content in zip(files, contents, strict=True):
                file.write_bytes(content)
            paths = "".join(f"{os.fspath(file)}\n" for file in files).encode()
            words = ("hash-object", "-t", "commit", "-w", "--no-filters", "--stdin-paths")
            return self._git.run(*words, stdin=paths).decode().split()


def unsealed(data: bytes) -> Sealed | None:
    """Return what the content of a commit object says that has a seal, or None."""
    head, end, message = data.partition(b"\n\n")
    lines = head.split(b"\n")
    first = next((at for at, line in enumerate(lines) if line.startswith(_SEAL + b" ")), None)
    if first is None:
        return None
    last = first + 1
    while last < len(lines) and lines[last].startswith(b" "):
        last += 1
    signature = [lines[first].removeprefix(_SEAL), *lines[first + 1 : last]]
    payload = b"\n".join(lines[:first] + lines[last:]) + end + message
    return Sealed(payload, b"".join(line[1:] + b"\n" for line in signature))


def _joined(payload: bytes, header: bytes, signature: bytes) -> bytes:
    """Return the content of a commit with a signature as its last header (gitformat-signature(5))."""
    head, end, message = payload.partition(b"\n\n")
    folded = signature.strip().replace(b"\n", b"\n ")
    return head + b"\n" + header + b" " + folded + end + message
