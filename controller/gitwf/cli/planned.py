"""What `git wf plan` found, as lines for a terminal and as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitwf.app.blame import Cause
from gitwf.app.foresight import PlannedStep
from gitwf.app.markdown import code, plain, row
from gitwf.app.plan import Outlook, PlannedChange, WorkflowPlan
from gitwf.app.podprices import PlannedPod
from gitwf.cli.causes import culprit_of, difference_of, inputs, named, table
from gitwf.cli.output import clipped, took

_SHORT = 10
_WIDTH = 40
_VERDICTS = {
    "run": "would run",
    "wait": "would run later",
    "fail": "would run and fail",
    "none": "nothing to do",
    "refused": "would be refused",
    "busy": "busy",
}
_PLAYED = frozenset({"run", "wait", "fail"})


def lines(outlook: Outlook) -> Iterator[str]:
    """Yield what would be, for a terminal."""
    yield f"{_span(outlook)} as the head of {outlook.branch}{_unwatched(outlook)}"
    if not outlook.workflows:
        yield "no workflow asks for commits"
    for plan in outlook.workflows:
        yield f"{plan.workflow}: {_VERDICTS[plan.verdict]} ({plan.reason})"
        yield from (f"  {line}" for line in _changes(plan))
        if plan.verdict in _PLAYED:
            yield from (f"  {line}" for line in _steps(plan.steps))
            yield from (f"  {_pod(pod)}" for pod in plan.pods)
            yield from (f"  {_env(change)}" for change in plan.envs)
        if plan.key is not None and plan.since is None:
            yield f"  key {plan.key[:16]}, of"
            yield from inputs(plan.inputs, "    ")


def markdown(outlook: Outlook) -> Iterator[str]:
    """Yield what would be, as Markdown."""
    branch = code(outlook.branch)
    head = f"`{_span(outlook)}` as the head of {branch}{_unwatched(outlook)}"
    yield f"### git wf plan: {head}"
    yield ""
    if not outlook.workflows:
        yield "No workflow asks for commits."
        return
    yield "| workflow | verdict | why | environments |"
    yield "| --- | --- | --- | --- |"
    for plan in outlook.workflows:
        envs = ", ".join(code(change.env) for change in plan.envs)
        yield row((code(plan.workflow), _VERDICTS[plan.verdict], plain(plan.reason), envs))
    for plan in outlook.workflows:
        if plan.verdict in _PLAYED:
            yield from _details(plan)


def _unwatched(outlook: Outlook) -> str:
    """Return that nobody plays what a branch asks for, and how to; nothing where it is watched."""
    if outlook.watched:
        return ""
    return f", which is not watched: `git wf reconcile --branch {outlook.branch}` plays it"


def _details(plan: WorkflowPlan) -> Iterator[str]:
    yield ""
    yield f"#### {code(plan.workflow)}"
    yield ""
    if plan.causes:
        yield f"Changed since {_since(plan)}:"
        yield ""
        yield from (f"- {plain(_cause(cause))}" for cause in plan.causes)
        yield ""
    yield "| step | what | why | took |"
    yield "| --- | --- | --- | ---: |"
    for step in plan.steps:
        cells = code(_called(step)), plain(_does(step)), plain(step.reason), took(step.seconds)
        yield row(cells)
    for pod in plan.pods:
        yield ""
        yield plain(_pod(pod))
    for change in plan.envs:
        yield ""
        yield plain(_env(change))


def _span(outlook: Outlook) -> str:
    commit = outlook.commit[:_SHORT]
    return f"{outlook.base[:_SHORT]}..{commit}" if outlook.base else commit


def _changes(plan: WorkflowPlan) -> Iterator[str]:
    if plan.key is None:
        return
    if plan.since is None:
        yield "no run of it on this branch is on record"
    elif not plan.causes:
        yield f"nothing that decides what it does changed since {_since(plan)}"
    else:
        yield f"since {_since(plan)} there changed"
        yield from table(plan.causes, "  ")


def _since(plan: WorkflowPlan) -> str:
    since = plan.since or ""
    return f"run {since}" if since.isupper() else since[:_SHORT]


def _steps(steps: Sequence[PlannedStep]) -> Iterator[str]:
    called = [clipped(_called(step), _WIDTH) for step in steps]
    widest = max(map(len, called), default=0)
    most = max((len(_does(step)) for step in steps), default=0)
    for call, step in zip(called, steps, strict=True):
        last = f", {took(step.seconds)} last time" if step.seconds is not None else ""
        yield f"{call.ljust(widest)}  {_does(step).ljust(most)}  ({step.reason}{last})"


def _called(step: PlannedStep) -> str:
    return " ".join((step.command, *step.args))


def _does(step: PlannedStep) -> str:
    words = f"changes {step.env}" if step.env and step.does != "fails" else step.does
    where = "" if step.target == "local" else f" on {step.target}"
    return f"{words}{where}{', perhaps' if step.perhaps else ''}"


def _pod(pod: PlannedPod) -> str:
    if pod.price_per_hour is None:
        return f"{pod.target}: prices are not known: {pod.problem}"
    many = f"{pod.count} × " if pod.count > 1 else ""
    what = f"{many}{pod.gpu}, {pod.cloud}, ${pod.price_per_hour:.2f} an hour"
    if pod.cost is None:
        return f"{pod.target}: {what}"
    return f"{pod.target}: {what}; {took(pod.seconds)} last time, about ${pod.cost:.2f}"


def _env(change: PlannedChange) -> str:
    if change.run is None:
        return f"{change.env}: nothing is deployed there yet"
    return f"{change.env} stands at run {change.run}, commit {(change.commit or '')[:_SHORT]}"


def _cause(cause: Cause) -> str:
    return f"{named(cause)}: {difference_of(cause)} {culprit_of(cause)}".rstrip()
