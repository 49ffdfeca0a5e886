"""Hides the values of secrets in what is written down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Raw

from gitwf.records.event import Body, Error, Event
from gitwf.repo.disk import room
from gitwf.targets.job import opened

_MASK = b"***"
_SHORTEST = 3
_CHUNK = 1 << 18
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*', re.DOTALL)


class Mask:
    """Replaces ``values`` by ``***``, the longest first: one may hold another.

    Those of less than three characters are left: they stand everywhere, and hiding them says where.
    """

    def __init__(self, values: Iterable[str]) -> None:
        plain = [v.encode("utf-8", "surrogateescape") for v in values if len(v) >= _SHORTEST]
        escaped = [msgspec.json.encode(v.decode("utf-8", "replace"))[1:-1] for v in plain]
        known = sorted({*plain, *escaped}, key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, known))) if known else None
        self._longest = max(map(len, known), default=0)

    def data(self, data: bytes) -> bytes:
        """Return ``data`` without the values."""
        return self._pattern.sub(_MASK, data) if self._pattern else data

    def text(self, text: str) -> str:
        """Return ``text`` without the values."""
        return self.data(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def file(self, path: Path) -> None:
        """Rewrite a plain file without the values, never much of it in memory.

        Raises `StorageFullError` where there is no room for it; the values are still there then.
        """
        if self._pattern is None or not any(map(self._pattern.search, self._parts(path))):
            return
        draft = path.with_name(f"{path.name}.masked")
        try:
            with room(path), draft.open("wb") as file:
                file.writelines(map(self.data, self._parts(path)))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def _parts(self, path: Path) -> Iterator[bytes]:
        """Yield a plain file in parts, such that no value lies across two."""
        file = opened(path)
        if file is None:
            return
        rest = b""
        with file:
            while chunk := file.read(_CHUNK):
                rest += chunk
                end = self._settled(rest)
                yield rest[:end]
                rest = rest[end:]
        yield rest

    def _settled(self, data: bytes) -> int:
        """Return up to where ``data`` is masked in the same way whatever follows it."""
        end = max(len(data) - self._longest + 1, 0)
        for found in self._pattern.finditer(data) if self._pattern else ():
            if found.start() >= end:
                break
            end = max(end, found.end())
        return end

    def json(self, text: bytes) -> bytes:
        """Return a JSON text without the values: it is JSON still, with the same structure."""
        return _TOKEN.sub(self._token, text) if self._pattern else text

    def _token(self, token: re.Match[bytes]) -> bytes:
        found = token[0]
        if found.startswith(b'"'):
            text = msgspec.json.decode(found, type=str)
            clean = self.text(text)
            return found if clean == text else msgspec.json.encode(clean)
        is_secret = self._pattern is not None and self._pattern.fullmatch(found)
        return b'"%s"' % _MASK if is_secret else found

    def event(self, event: Event) -> Event:
        """Return ``event`` without the values, where people or programs had a say in the text."""
        if self._pattern is None or self._is_clean(event):
            return event
        extra = {name: Raw(self.json(bytes(raw))) for name, raw in event.extra.items()}
        return msgspec.structs.replace(event, body=self._body(event.body), extra=extra)

    def _is_clean(self, event: Event) -> bool:
        """Return whether none of the values can be in any field: none is in the line, as it is encoded.

        Where something is escaped, a value may be spelt in another way than those that are known.
        """
        try:
            line = event.line
        except UnicodeEncodeError:
            return False
        return self._pattern is not None and b"\\" not in line and not self._pattern.search(line)

    def _body(self, body: Body) -> Body:
        fields = {name: getattr(body, name) for name in body.__struct_fields__}
        changed = {name: self._field(name, value) for name, value in fields.items()}
        return msgspec.structs.replace(body, **changed)

    def _field(self, name: str, value: object) -> object:
        match value:
            case Raw():
                return Raw(self.json(bytes(value)))
            case Error():
                message, hint = self.text(value.message), self.text(value.hint)
                return msgspec.structs.replace(value, message=message, hint=hint)
            case Mapping():
                return {key: self._field(key, item) for key, item in value.items()}
            case tuple() if name == "args":
                return tuple(self.text(argument) for argument in value)
            case str() if name == "reason":
                return self.text(value)
            case _:
                return value
