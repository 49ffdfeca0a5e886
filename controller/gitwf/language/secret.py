"""Which variables of the controller's environment are secrets."""

from __future__ import annotations

from collections.abc import Container
from fnmatch import fnmatchcase

WITHHELD = ("RUNPOD_API_KEY", "*_TOKEN", "*_SECRET*", "*_PASSWORD", "AWS_*")
"""Names that are taken for secrets without being declared (`docs/language.md`, section 6)."""


def is_secret(name: str, declared: Container[str]) -> bool:
    """Return whether ``name`` is ``declared`` a secret, or is one by how it is called."""
    return name in declared or any(fnmatchcase(name, pattern) for pattern in WITHHELD)
