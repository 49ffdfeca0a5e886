"""What of the controller's environment commands get (`docs/language.md`, section 6)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from fnmatch import fnmatchcase

from gitwf.language.secret import is_secret

_OWN = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_EXEC_PATH", "WF_*")
"""Set by git for hooks and by us for commands: they name another repository, or another run."""


def for_commands(environment: Mapping[str, str], secrets: Container[str]) -> dict[str, str]:
    """Return the part of the controller's environment that every command gets."""
    return {
        name: value
        for name, value in environment.items()
        if not is_secret(name, secrets) and not any(fnmatchcase(name, own) for own in _OWN)
    }


def secret_values(environment: Mapping[str, str], secrets: Container[str]) -> dict[str, str]:
    """Return the part of the controller's environment that is secret."""
    return {n: v for n, v in environment.items() if v and is_secret(n, secrets)}
