"""Text of a repository in Markdown, as GitHub reads it: it stays text, whatever stands in it.

Who opens a pull request chooses names of files, steps and branches. None of them becomes a link, a picture or a
mention of somebody (<https://github.github.com/gfm/>).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MARKUP = re.compile(r"[\\`*\[\]|~]")
_NOTHING = "\N{ZERO WIDTH SPACE}"
_LIVE = re.compile(r"@(?=\w)|#(?=\d)|(?<=\w):(?=//)|\bwww(?=\.)", re.IGNORECASE)
"""Where GitHub makes links of plain text: people, issues, addresses."""


def code(text: str) -> str:
    """Return ``text`` as code; also in a table. Nothing, where there is nothing to be seen."""
    flat = _flat(text).replace("|", "\\|")
    if not flat.strip():
        return ""
    longest = max(map(len, re.findall("`+", flat)), default=0)
    ticks, pad = "`" * (longest + 1), " " if longest else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def plain(text: str) -> str:
    """Return ``text`` as it is; what it has between backticks is code."""
    parts = _flat(text).split("`")
    if len(parts) % 2 == 0:
        return _escaped(_flat(text))
    return "".join(code(p) if at % 2 else _escaped(p) for at, p in enumerate(parts))


def row(cells: Iterable[str]) -> str:
    """Return a row of a table; the cells are Markdown."""
    return f"| {' | '.join(cells)} |"


def _flat(text: str) -> str:
    return re.sub(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", " ", text)


def _escaped(text: str) -> str:
    marked = _MARKUP.sub(r"\\\g<0>", text.replace("&", "&amp;")).replace("<", "&lt;")
    return _LIVE.sub(rf"\g<0>{_NOTHING}", marked)
