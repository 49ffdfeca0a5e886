"""`git wf why`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from gitwf.app.why import Cause, NoRun, RunWhy, StepWhy
from gitwf.app.why import why as explain
from gitwf.cli.edge import OK
from gitwf.cli.options import Json, RunId, session
from gitwf.cli.output import clipped, paint, print_json, print_line
from gitwf.cli.parameter import Argument
from gitwf.diagnostics import visible

_SHORT = 10
_WIDTH = 40
_CONTEXT = 10
_TEXTS = frozenset({"command", "outs", "param", "set"})
"""The kinds of changes whose values are texts, not hashes."""
_NO_PATHS = frozenset({"command", "outs", "set", "stage"})
"""The kinds whose names are no paths."""


def why(
    run: RunId,
    step: Annotated[
        str | None,
        Argument(help="A step's id, what it lies in, or a command's name.", metavar="[STEP]"),
    ] = None,
    json: Json = False,
) -> int:
    """Say why a run and its steps ran: what changed, and by which commit."""
    found = explain(session(), run, step)
    if json:
        print_json(found)
        return OK
    for line in _no_run(found) if isinstance(found, NoRun) else _run(found, whole=step is None):
        print_line(paint(line))
    return OK


def _no_run(found: NoRun) -> Iterator[str]:
    yield f"commit {found.commit[:_SHORT]} has no run"
    yield from (f"  {reason}" for reason in found.reasons)


def _run(run: RunWhy, *, whole: bool) -> Iterator[str]:
    if whole:
        yield f"run {run.run} of {run.workflow}: {run.status}"
        yield f"  {_asked(run)}"
        if run.since is None:
            yield "  the first run of this workflow on record"
        elif run.causes:
            yield f"  since run {run.since} there changed"
            yield from _changes(run.causes, "    ")
        else:
            yield f"  nothing that decides what it does changed since run {run.since}"
    for step in run.steps:
        yield from _step(step)


def _asked(run: RunWhy) -> str:
    commit = f"commit {run.commit[:_SHORT]}"
    if run.of is not None:
        return f"run {run.of} was tried again"
    match run.trigger:
        case "commit":
            return f"{commit} on {run.branch} asked for it"
        case "manual":
            return f"somebody asked for it, at {commit}"
        case "here":
            return f"somebody asked for it in the working tree, on {commit}"
        case trigger:
            return f"a {trigger} asked for it, at {commit}"


def _step(step: StepWhy) -> Iterator[str]:
    name = f"{step.step}  {clipped(' '.join((step.command, *step.args)))}"
    if step.cached:
        origin = f", as run {step.origin} executed it" if step.origin else ""
        yield f"{name}: restored{origin} ({step.reason})"
        return
    status = "" if step.status == "succeeded" else f", {step.status}"
    yield f"{name}: executed{status} ({step.reason})"
    if step.causes:
        yield f"  since run {step.since} there changed"
        yield from _changes(step.causes, "    ")


def _changes(causes: Iterable[Cause], indent: str) -> Iterator[str]:
    rows = [(_name(cause), " → ".join(_values(cause)), _by(cause)) for cause in causes]
    widths = [max((len(row[i]) for row in rows), default=0) for i in (0, 1)]
    for name, values, by in rows:
        yield f"{indent}{name.ljust(widths[0])}  {values.ljust(widths[1])}  {by}".rstrip()


def _name(cause: Cause) -> str:
    change = cause.change
    return (
        change.name if change.kind in {"dep", "param"} else f"{change.kind} {change.name}".strip()
    )


def _values(cause: Cause) -> tuple[str, str]:
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


def _by(cause: Cause) -> str:
    if cause.stage is not None:
        return f"written by stage {cause.stage}"
    if cause.by is None:
        return ""
    return f"by {cause.by.commit[:_SHORT]} {clipped(cause.by.subject, _WIDTH)}"
