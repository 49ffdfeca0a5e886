"""Settings that this version reads and does not follow yet: WF603, so that none is ignored in silence.

Whoever makes one work deletes its row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitwf.config.place import key_places
from gitwf.diagnostics import Diagnostic, Severity

_EVERY = "*"

NOT_YET: Mapping[str, tuple[str, ...]] = {
    "workspace": ("filters",),
    "notify": (_EVERY,),
}
"""Keys by table; a star is all of them."""

NO_TARGET_YET = frozenset({"address"})
"""Keys of the tables ``[target.NAME]``: those of Ray."""

_KEYRING = '"keyring'


def check_support(text: str, path: str) -> tuple[Diagnostic, ...]:
    """Return a WF603 for each setting in the TOML ``text`` that has no effect yet."""
    return tuple(_found(text, path))


def _found(text: str, path: str) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for at, span in key_places(text).items():
        table = at[0]
        if table == "secrets" and at[1:] and (_KEYRING in text[span.end :].partition("\n")[0]):
            yield Diagnostic("WF603", "the keyring is not there yet", path, span, _GUARD)
        keys = NOT_YET.get(table, ())
        if table == "target" and at[2:] and at[2] in NO_TARGET_YET:
            yield Diagnostic(
                "WF603", f"`{at[2]}` is not there yet", path, span, _WAIT, Severity.WARNING
            )
        if keys == (_EVERY,) and table not in seen:
            seen.add(table)
            message = f"`[{table}]` is not there yet"
            yield Diagnostic("WF603", message, path, span, _WAIT, Severity.WARNING)
        elif at[1:2] and at[1] in keys:
            message = f"`{at[1]}` is not there yet"
            yield Diagnostic("WF603", message, path, span, _WAIT, Severity.WARNING)


_WAIT = "this version passes over it"
_GUARD = "this version cannot hold to it; take it out, or wait for one that does"
