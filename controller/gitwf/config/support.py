"""Settings that this version reads and does not follow yet: WF603, so that none is ignored in silence.

Whoever makes one work deletes its row.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.config.place import key_places
from gitwf.diagnostics import Diagnostic, Severity

NO_TARGET_YET = frozenset({"address"})
"""Keys of the tables ``[target.NAME]``: those of Ray."""


def check_support(text: str, path: str) -> tuple[Diagnostic, ...]:
    """Return a WF603 for each setting in the TOML ``text`` that has no effect yet."""
    return tuple(_found(text, path))


def _found(text: str, path: str) -> Iterator[Diagnostic]:
    for at, span in key_places(text).items():
        if at[0] == "target" and at[2:] and at[2] in NO_TARGET_YET:
            message = f"`{at[2]}` is not there yet"
            yield Diagnostic("WF603", message, path, span, _WAIT, Severity.WARNING)


_WAIT = "this version passes over it"
