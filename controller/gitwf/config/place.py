"""Where the keys of a TOML document stand, which `tomllib` does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from gitwf.config.settings import Path
from gitwf.diagnostics import Span

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r]+|\#[^\n]*)
    |(?P<string>\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<mark>[\[\]{}=,.\n])
    |(?P<bare>[^\s\[\]{}=,.\#"']+)""",
    re.VERBOSE | re.DOTALL,
)


def key_places(text: str) -> Mapping[Path, Span]:
    """Return the place of each key and table name of ``text``, which must be valid TOML 1.0.

    A key of a table in a list has the path of the list; what stands first counts.
    """
    return _Scan(text).document()


class _Scan:
    """One pass over the tokens, which notes keys and skips values."""

    def __init__(self, text: str) -> None:
        self._tokens = [m for m in _TOKEN.finditer(text) if m.lastgroup != "blank"]
        self._at = 0
        self._places: dict[Path, Span] = {}

    def document(self) -> Mapping[Path, Span]:
        table: Path = ()
        while self._at < len(self._tokens):
            if self._take("\n"):
                continue
            if self._take("["):
                self._take("[")
                table = self._key(())
                while self._take("]"):
                    pass
            else:
                self._pair(table)
        return self._places

    def _pair(self, table: Path) -> None:
        path = self._key(table)
        self._take("=")
        self._value(path)

    def _key(self, table: Path) -> Path:
        path = (*table, self._name(table))
        while self._take("."):
            path = (*path, self._name(path))
        return path

    def _name(self, before: Path) -> str:
        token = self._tokens[self._at]
        self._at += 1
        name = token[0]
        if token.lastgroup == "string":
            (name,) = tomllib.loads(f"{name} = 0")
        self._places.setdefault((*before, name), Span(token.start(), token.end()))
        return name

    def _value(self, path: Path) -> None:
        if self._take("["):
            while not self._take("]"):
                if not (self._take("\n") or self._take(",")):
                    self._value(path)
        elif self._take("{"):
            while not self._take("}"):
                if not (self._take("\n") or self._take(",")):
                    self._pair(path)
        else:
            while self._peek() not in {"", "\n", ",", "]", "}"}:
                self._at += 1

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self, mark: str) -> bool:
        found = self._peek() == mark
        self._at += found
        return found
