"""`git wf why`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from gitwf.app.why import NoRun, RunWhy, StepWhy
from gitwf.app.why import why as explain
from gitwf.cli.causes import table
from gitwf.cli.edge import OK
from gitwf.cli.options import Json, RunId, session
from gitwf.cli.output import clipped, print_json, print_painted
from gitwf.cli.parameter import Argument

_SHORT = 10
_UNPLAYED = frozenset({"start", "missing", "path"})
"""The kinds of errors that a command may end with before it is begun: then nothing made it run."""


def why(
    run: RunId,
    step: Annotated[
        str | None,
        Argument(help="A step's id, what it lies in, or a command's name.", metavar="[STEP]"),
    ] = None,
    json: Json = False,
) -> int:
    """Say why a run and its steps ran: what changed, and where."""
    found = explain(session(), run, step)
    if json:
        print_json(found)
        return OK
    for line in _no_run(found) if isinstance(found, NoRun) else _run(found, whole=step is None):
        print_painted(line)
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
            yield f"  since run {run.since}{_ended(run.since_status)} there changed"
            yield from table(run.causes, "    ")
        else:
            where = " in git" if run.trigger == "here" else ""
            yield f"  nothing{where} that decides what it does changed since run {run.since}"
    for step in run.steps:
        yield from _step(step)


def _ended(status: str | None) -> str:
    """Return how a run ended, where it did not succeed."""
    words = {"failed": "failed", "cancelled": "was cancelled", "lost": "was lost"}
    return f", which {words[status]}," if status in words else ""


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
    if step.error is not None and step.error.kind in _UNPLAYED:
        yield f"{name}: failed ({step.error.message})"
        return
    status = "" if step.status == "succeeded" else f", {step.status}"
    yield f"{name}: executed{status} ({step.reason})"
    if step.causes:
        yield f"  since run {step.since} there changed"
        yield from table(step.causes, "    ")
