"""Files on the other machine by what is in them: each is sent once, and workspaces are made of them.

Small files go as one stream, large ones each by itself and from where a cut left off. What has arrived
whole, by its hash, is moved into the store; so what is there is never half of anything.
"""

from __future__ import annotations

import hashlib
import secrets
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from gitwf.targets.files import Files, Item
from gitwf.targets.ssh import tar
from gitwf.targets.ssh.alone import Alone
from gitwf.targets.ssh.claim import NOBODYS, Claim
from gitwf.targets.ssh.errors import FarError
from gitwf.targets.ssh.far import LONG, Far

_LARGE = 1 << 24
"""Bytes from which a file is sent by itself."""

_STREAM = 1 << 26
"""Bytes of small files that are sent at a time: what a cut may cost."""

_CHUNK = 1 << 18
_ASKED = 4096
"""Contents that are asked for at a time."""

_TRIES = 2
_MD5 = 32

T = TypeVar("T")
Check = Callable[[], None]
"""Raises where nothing more is wanted."""


class Insist(Protocol):
    """Does again what was cut off."""

    def __call__(self, act: Callable[[], T]) -> T:
        """Return what ``act`` gives in the end."""


class Sending:
    """Sends the files of jobs into the store of ``far``. Safe for threads: one sends at a time."""

    def __init__(self, far: Far) -> None:
        self._far = far
        self._alone = Alone()

    def workspace(
        self,
        job: str,
        files: Files,
        items: Sequence[Item],
        insist: Insist,
        check: Check,
        claim: Claim = NOBODYS,
    ) -> None:
        """Make the workspace of ``job``, of ``files``, which are ``items``.

        ``insist`` does again what was cut off, ``check`` raises where nothing more is wanted. Raises
        OSError where a file cannot be read or changes meanwhile, and `FarError`.
        """
        with self._alone.turn(check):
            self._fill(files.root, items, insist, check)
        archive = b"".join(_links(f"work/{job}.links/", items, files.folders))
        script = f"assemble {shlex.join((job, str(len(archive)), claim.run, claim.owner))}"
        insist(
            lambda: self._far.feed(script, _pieces(archive), "its workspace cannot be made", LONG)
        )

    def _fill(self, root: Path, items: Sequence[Item], insist: Insist, check: Check) -> None:
        """Send what the store lacks of ``items``."""
        named = {_name(item): item for item in items if item.target is None}
        lacking = [named[name] for name in insist(lambda: self._missing(list(named)))]
        small = [item for item in lacking if item.size < _LARGE]
        for batch in _batches(small):
            insist(partial(self._send_small, root, batch, check))
        for item in lacking:
            if item.size >= _LARGE:
                self._send_large(root, item, insist, check)

    def _missing(self, names: Sequence[str]) -> list[str]:
        found: list[str] = []
        for some in _parts(names):
            reply = self._far.run(f"missing {shlex.join(some)}", "its store cannot be read")
            found += reply.text.split()
        return found

    def _send_small(self, root: Path, items: Sequence[Item], check: Check) -> None:
        batch = secrets.token_hex(8)
        stream = _Archive(root, items, check)
        script = f"unpack {batch} {stream.size}"
        reply = self._far.feed(script, stream, "files cannot be sent", LONG)
        for line in reply.text.splitlines():
            md5, _, name = line.partition(" ")
            wanted = stream.md5s.get(name.strip().removeprefix("./"))
            if wanted is not None and md5 != wanted:
                raise FarError(f"`{self._far.name}`: a file changed on its way: try again")
        self._far.run(f"admit {batch}", "files cannot be put into its store")

    def _send_large(self, root: Path, item: Item, insist: Insist, check: Check) -> None:
        for _ in range(_TRIES):
            if insist(lambda: self._sent(root, item, check)):
                return
        raise FarError(f"`{self._far.name}`: `{item.path}` changed on its way: try again")

    def _sent(self, root: Path, item: Item, check: Check) -> bool:
        """Send the rest of a large file; return whether it is whole and in the store now."""
        name = _name(item)
        had = int(self._far.run(f"arrived {name} {item.size}", "its store cannot be read").text)
        local = _Reading(root, item, had, check)
        reply = self._far.feed(
            f"receive {name} {item.size - had}", local, f"`{item.path}` cannot be sent", LONG
        )
        has = int(self._far.run(f"arrived {name}", "its store cannot be read").text)
        far_md5 = reply.text.split()[0] if had == 0 and reply.text.split() else self._md5(name)
        if has < item.size and reply.text:
            raise self._far.problem(f"`{item.path}` cannot be sent", reply)
        if has != item.size or far_md5 not in {"", self._wanted(root, item, local, had)}:
            self._far.run(f"rm -f incoming/{name}", "")
            return False
        self._far.run(
            f"store {name} {755 if item.is_executable else 644}", "its store cannot be written"
        )
        return True

    def _md5(self, name: str) -> str:
        """Return the hash of what has arrived there; empty where nothing there can tell it."""
        words = self._far.run(
            f'[ -z "$wf_md5" ] || $wf_md5 incoming/{name}', "a file cannot be read", LONG
        ).text.split()
        return words[0] if words else ""

    def _wanted(self, root: Path, item: Item, local: _Reading, had: int) -> str:
        if len(item.content) == _MD5:
            return item.content
        if had:
            for _ in (local := _Reading(root, item, 0, lambda: None)):
                pass
        return local.digest.hexdigest()


class _Archive:
    """An archive of files as a stream, with the hashes of what was read."""

    def __init__(self, root: Path, items: Sequence[Item], check: Check) -> None:
        self._root = root
        self._items = items
        self._check = check
        self.md5s: dict[str, str] = {}
        self.size = sum(len(tar.padding(i.size)) + i.size + 512 for i in items) + len(tar.END)

    def __iter__(self) -> Iterator[bytes]:
        held = bytearray()
        for item in self._items:
            self._check()
            content = (self._root / item.path).read_bytes()
            if len(content) != item.size:
                raise _changing(item.path)
            name = _name(item)
            self.md5s[name] = _md5_of(item, content)
            held += tar.file_header(name, item.size, is_executable=item.is_executable)
            held += content + tar.padding(item.size)
            if len(held) >= _CHUNK:
                yield bytes(held)
                held.clear()
        yield bytes(held) + tar.END


class _Reading:
    """The bytes of a file from an offset on as a stream, with their hash where DVC has not told it."""

    def __init__(self, root: Path, item: Item, offset: int, check: Check) -> None:
        self._path = root / item.path
        self._offset = offset
        self._size = item.size
        self._check = check
        self._is_unknown = len(item.content) != _MD5
        self.digest = hashlib.md5(usedforsecurity=False)

    def __iter__(self) -> Iterator[bytes]:
        left = self._size - self._offset
        with self._path.open("rb", buffering=0) as file:
            file.seek(self._offset)
            while left > 0:
                self._check()
                piece = file.read(min(_CHUNK, left))
                if not piece:
                    raise _changing(str(self._path))
                if self._is_unknown:
                    self.digest.update(piece)
                left -= len(piece)
                yield piece


def _md5_of(item: Item, content: bytes) -> str:
    """Return the hash of a file's content, which DVC may have told already."""
    if len(item.content) == _MD5:
        return item.content
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


class ChangingError(OSError):
    """A file changes while it is sent."""


def _changing(path: str) -> ChangingError:
    return ChangingError(f"`{path}` changes while it is sent: let its writer end first")


def _name(item: Item) -> str:
    """Return the name of a content in the store; what may be run has a file of its own."""
    return f"{item.content}.x" if item.is_executable else item.content


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and size + item.size > _STREAM:
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


def _links(prefix: str, items: Iterable[Item], folders: Iterable[str]) -> Iterator[bytes]:
    for path in folders:
        yield tar.folder(f"{prefix}{path}")
    for item in items:
        if item.target is not None:
            yield tar.link(f"{prefix}{item.path}", item.target)
        else:
            yield tar.hard_link(f"{prefix}{item.path}", f"objects/{_name(item)}")
    yield tar.END


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _ASKED):
        yield names[start : start + _ASKED]
