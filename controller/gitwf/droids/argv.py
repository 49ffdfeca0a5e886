"""From an adapter's argument list to that of a process: places are filled, and nothing is a shell's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gitwf.config.settings import Words

_PLACE = re.compile(r"\{([a-z_]+)\}")

LONGEST = 131_071
"""Bytes of one argument that Linux takes (MAX_ARG_STRLEN in execve(2), less the NUL)."""


class TemplateError(Exception):
    """A command of `wf.toml` cannot be filled in."""


def fill(command: Words, values: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the arguments that ``command`` is with ``values`` in its ``{places}``.

    A list in it is left out as a whole where one of its places has no value (None); elsewhere such a
    place is empty.

    Raises:
        TemplateError: if a place is unknown, or an argument too long for a process.
    """
    return tuple(_argument(word, values) for word in _present(command, values))


def places(command: Words) -> set[str]:
    """Return the names of the places in ``command``."""
    words = (word for item in command for word in ([item] if isinstance(item, str) else item))
    return {name for word in words for name in _PLACE.findall(word)}


def _present(command: Words, values: Mapping[str, str | None]) -> Iterator[str]:
    for item in command:
        if isinstance(item, str):
            yield item
        elif all(values.get(name, "") is not None for name in places((item,))):
            yield from item


def _argument(word: str, values: Mapping[str, str | None]) -> str:
    def value(place: re.Match[str]) -> str:
        if place[1] not in values:
            known = ", ".join(f"`{{{name}}}`" for name in values)
            raise TemplateError(f"`{place[0]}` in its command is no place; there are {known}")
        return values[place[1]] or ""

    filled = _PLACE.sub(value, word)
    if word != filled and filled.startswith("-") and not word.startswith("-"):
        filled = f"\n{filled}"  # a text, never an option of the program
    if len(filled.encode(errors="surrogateescape")) > LONGEST:
        size = f"{len(filled.encode(errors='surrogateescape')):,} bytes"
        hint = "`{prompt_file}` and `{system_file}` take any"
        raise TemplateError(
            f"an argument of its command has {size}, one may have {LONGEST:,}; {hint}"
        )
    return filled
