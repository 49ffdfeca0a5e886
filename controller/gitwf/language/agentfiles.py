"""Where agents and prompts stand in a repository: Markdown files in folders of several programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

AGENTS = ("droids", ".factory/droids", ".claude/agents")
"""Folders of agents; the first that has a name says what it is."""

PROMPTS = ("commands", ".factory/commands", ".claude/commands")
"""Folders of prompts, likewise."""

_SUFFIX = ".md"


def named(folder: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the names of the Markdown files among ``paths``, which lie in ``folder``, with their paths.

    ``a.md`` is called ``a``, and ``a/b.md`` ``a:b``.
    """
    for path in paths:
        if path.startswith(f"{folder}/") and path.endswith(_SUFFIX):
            yield path[len(folder) + 1 : -len(_SUFFIX)].replace("/", ":"), path
