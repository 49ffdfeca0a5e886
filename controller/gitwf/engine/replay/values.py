"""Values as the records of a run have them: short ones in place, long ones as files by their hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Raw

from gitwf.language.value import Value, from_json, to_json
from gitwf.repo import disk

INLINE = 4096
"""Bytes up to which a value stands in the record itself."""


class Values:
    """The values of one run; those in files are in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def raw(self, value: Value) -> Raw:
        """Return ``value`` for a record. Raises `StorageFullError`."""
        text = to_json(value).encode()
        return Raw(text) if len(text) <= INLINE else self._filed(text)

    def value(self, raw: Raw) -> Value:
        """Return the value that a record has."""
        value = from_json(bytes(raw).decode())
        path = self._file(value)
        return value if path is None else from_json(path.read_text(encoding="utf-8"))

    def raw_content(self, content: bytes) -> Raw:
        """Return the content of a file for a record: as a string where it can be one."""
        try:
            text = msgspec.json.encode(content.decode())
        except UnicodeDecodeError:
            return self._filed(content)
        return Raw(text) if len(text) <= INLINE else self._filed(content)

    def content(self, raw: Raw) -> bytes:
        """Return the content of a file that a record has."""
        value = from_json(bytes(raw).decode())
        path = self._file(value)
        return path.read_bytes() if path is not None else str(value).encode()

    def _filed(self, data: bytes) -> Raw:
        digest = hashlib.sha256(data).hexdigest()
        path = self._folder / digest
        if not path.exists():
            disk.replace(path, data)
        return Raw(msgspec.json.encode({"sha256": digest, "size": len(data)}))

    def _file(self, value: Value) -> Path | None:
        """Return the file that holds the value that stands in a record as ``value``, or None."""
        match value:
            case {"sha256": str(digest), "size": _}:
                path = self._folder / digest
                return path if path.exists() else None
            case _:
                return None
