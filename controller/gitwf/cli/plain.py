"""Text of others, made fit for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

_LAYOUT = frozenset("\t\n")
_BIDIRECTIONAL = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def plain(text: str) -> str:
    r"""Return ``text`` with its control characters spelled out, as ``\x1b``: no terminal obeys them."""
    return text if text.isprintable() else text.translate(_SPELLED)


def _spelled() -> Iterator[tuple[int, str]]:
    controls = (chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)))
    for character in (*controls, *_BIDIRECTIONAL):
        if character not in _LAYOUT:
            yield ord(character), character.encode("unicode_escape").decode()


_SPELLED = dict(_spelled())
