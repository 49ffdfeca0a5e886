"""The words of the field ``params``, as DVC writes them."""

from __future__ import annotations

DEFAULT = "params.yaml"
"""The file of a key that names none, and what `$params` holds."""


def split_param(text: str) -> tuple[str, tuple[str, ...] | None]:
    """Return file and keys of ``key``, ``file:key`` or ``file:`` (None: all of the file)."""
    file, colon, key = text.rpartition(":")
    if not colon:
        return DEFAULT, (key,)
    return file, (key,) if key else None
