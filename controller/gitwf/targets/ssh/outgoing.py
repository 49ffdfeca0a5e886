"""Files of a workspace as they are sent: small ones as one archive, a large one from an offset on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from gitwf.targets.files import Item
from gitwf.targets.ssh import tar

_CHUNK = 1 << 18
_MD5 = 32
"""Digits of a hash by which DVC names a content."""

_SEAL = "seal"
"""The last file of an archive: `sealed` in `far.sh` checks by it what has arrived of the others."""

Check = Callable[[], None]
"""Raises where nothing more is wanted."""


class ChangingError(OSError):
    """A file changes while it is sent."""

    def __init__(self, path: str) -> None:
        super().__init__(f"`{path}` changes while it is sent: let its writer end first")


def name_of(item: Item) -> str:
    """Return the name of a content in the store; what may be run has a file of its own."""
    return f"{item.content}.x" if item.is_executable else item.content


class Archive:
    """Files below ``root`` as an archive of so many bytes: named by what is in them, and sealed.

    What goes through it raises OSError where a file cannot be read or changes meanwhile.
    """

    def __init__(self, root: Path, items: Sequence[Item], check: Check) -> None:
        self._root = root
        self._items = items
        self._check = check
        sizes = (*(item.size for item in items), _MD5 + 1)
        self.size = sum(map(tar.file_size, sizes)) + len(tar.END)

    def __iter__(self) -> Iterator[bytes]:
        md5s: dict[str, str] = {}
        held = bytearray()
        for item in self._items:
            self._check()
            content = (self._root / item.path).read_bytes()
            if len(content) != item.size:
                raise ChangingError(item.path)
            name = name_of(item)
            md5s[name] = item.content if _is_md5(item) else _md5(content)
            held += tar.file(name, content, is_executable=item.is_executable)
            if len(held) >= _CHUNK:
                yield bytes(held)
                held.clear()
        yield bytes(held + tar.file(_SEAL, f"{_seal(md5s)}\n".encode()) + tar.END)


class Rest:
    """The bytes of a large file below ``root`` from ``offset`` on. Raises as `Archive`."""

    def __init__(self, root: Path, item: Item, offset: int, check: Check) -> None:
        self._root = root
        self._item = item
        self._offset = offset
        self._check = check
        self._digest = hashlib.md5(usedforsecurity=False)

    def __iter__(self) -> Iterator[bytes]:
        is_known = _is_md5(self._item)
        left = self._item.size - self._offset
        with (self._root / self._item.path).open("rb", buffering=0) as file:
            file.seek(self._offset)
            while left > 0:
                self._check()
                piece = file.read(min(_CHUNK, left))
                if not piece:
                    raise ChangingError(self._item.path)
                if not is_known:
                    self._digest.update(piece)
                left -= len(piece)
                yield piece

    def md5(self) -> str:
        """Return the hash of the whole file, as it was when it was sent."""
        if _is_md5(self._item):
            return self._item.content
        if not self._offset:
            return self._digest.hexdigest()
        whole = Rest(self._root, self._item, 0, self._check)
        for _ in whole:
            pass
        return whole.md5()


def _is_md5(item: Item) -> bool:
    """Return whether DVC has told the hash of what is in the file."""
    return len(item.content) == _MD5


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _seal(md5s: Mapping[str, str]) -> str:
    """Return the hash of what `md5sum` prints of the files, sorted, with one blank in a line."""
    lines = sorted(f"{md5} ./{name}" for name, md5 in md5s.items())
    return _md5("".join(f"{line}\n" for line in lines).encode())
