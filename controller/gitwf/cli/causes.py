"""What changed, as columns for people: the name, the values, and who changed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitwf.app.blame import Cause
from gitwf.cli.output import clipped
from gitwf.diagnostics import visible
from gitwf.plan.change import changed_inputs
from gitwf.plan.key import Input

_SHORT = 10
_WIDTH = 40
_CONTEXT = 10
_FILES = 3
"""Files of a folder that are named."""
_TEXTS = frozenset({"command", "outs", "param", "set"})
"""The kinds of changes whose values are texts, not hashes."""
_TOLD = frozenset({"command", "outs", "set", "stage"})
"""The kinds that are told: their names are no paths, which speak for themselves."""


def table(causes: Iterable[Cause], indent: str) -> Iterator[str]:
    """Yield a line for each cause."""
    rows = [(named(cause), difference_of(cause), culprit_of(cause)) for cause in causes]
    widths = [max((len(row[i]) for row in rows), default=0) for i in (0, 1)]
    for name, values, by in rows:
        yield f"{indent}{name.ljust(widths[0])}  {values.ljust(widths[1])}  {by}".rstrip()


def inputs(items: Iterable[Input], indent: str) -> Iterator[str]:
    """Yield a line for each thing that decides what a run does, with its value."""
    changes = [Cause(change) for change in changed_inputs((), items)]
    rows = [(named(cause), values_of(cause)[1]) for cause in changes]
    rows += [(item.name, "not there") for item in items if item.value is None]
    widest = max((len(name) for name, _ in rows), default=0)
    yield from (f"{indent}{name.ljust(widest)}  {value}" for name, value in dict.fromkeys(rows))


def named(cause: Cause) -> str:
    """Return what changed."""
    change = cause.change
    return f"{change.kind} {change.name}".strip() if change.kind in _TOLD else change.name


def difference_of(cause: Cause) -> str:
    """Return what it was and what it is; of a folder the files in it that differ, as far as there is room."""
    if not cause.files:
        return " → ".join(values_of(cause))
    some = [visible(name) for name in cause.files[:_FILES]]
    more = len(cause.files) - len(some)
    return ", ".join(some) + (f" and {more} more" if more else "")


def values_of(cause: Cause) -> tuple[str, str]:
    """Return what it was and what it is, short: of long texts from where they differ."""
    change = cause.change
    if change.kind not in _TEXTS:
        return _hash(change.old), _hash(change.new)
    if change.old is None or change.new is None:
        return _excerpt(change.old, 0), _excerpt(change.new, 0)
    pairs = enumerate(zip(change.old, change.new, strict=False))
    same = next((at for at, (old, new) in pairs if old != new), len(change.old))
    start = max(0, same - _CONTEXT)
    return _excerpt(change.old, start), _excerpt(change.new, start)


def _hash(value: str | None) -> str:
    return "nothing" if value is None else value.removeprefix("dvc:")[:_SHORT]


def _excerpt(text: str | None, start: int) -> str:
    if text is None:
        return "nothing"
    rest = f"{'…' if start else ''}{visible(text[start:])}".replace("\n", "⏎")
    return rest if len(rest) <= _WIDTH else f"{rest[: _WIDTH - 1]}…"


def culprit_of(cause: Cause) -> str:
    """Return who changed it."""
    if cause.stage is not None:
        return f"written by stage {cause.stage}"
    if cause.by is None:
        return ""
    return f"by {cause.by.commit[:_SHORT]} {clipped(cause.by.subject, _WIDTH)}"
