"""The folders that a path is in."""

from __future__ import annotations

from collections.abc import Iterator


def upwards(path: str) -> Iterator[str]:
    """Yield ``path`` and the folders that it is in, nearest first; not the top."""
    while path:
        yield path
        path = path.rpartition("/")[0]
