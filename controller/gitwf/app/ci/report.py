"""The summary of a job in Markdown: runs with their steps, metrics, environments and links; refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gitwf.app.ci.job import Job
from gitwf.app.markdown import code, plain, row
from gitwf.reconcile.standing import Standing, State
from gitwf.records.event import RunRefused, StepFinished, decode
from gitwf.records.fold import RunRecord

_SHORT = 10


class Played(msgspec.Struct, frozen=True):
    """A run that ended, and the end of what its failed step printed."""

    record: RunRecord
    printed: str = ""


_WORST = ("refused", "failed", "lost", "cancelled", "running", "waiting", "succeeded")
"""What can become of a workflow, the worst first."""

_OPEN = {
    State.ELSEWHERE: "running",
    State.HERE: "running",
    State.QUEUED: "running",
    State.SUSPENDED: "nothing",
}


def status_of(
    runs: Sequence[RunRecord], refused: Sequence[object], standings: Sequence[Standing] = ()
) -> str:
    """Return the worst of what became of runs, and of what stands; ``nothing`` where there is neither."""
    found = {run.status for run in runs} | ({"refused"} if refused else set())
    found |= {_OPEN.get(each.state, each.state.value) for each in standings}
    return next((status for status in _WORST if status in found), "nothing")


def markdown(
    job: Job,
    played: Sequence[Played],
    refused: Sequence[RunRefused],
    problems: Sequence[str],
    left: Sequence[str] = (),
) -> str:
    """Return the summary; ``left`` are sentences about what is not done, and is not of this job."""
    return "\n".join(_lines(job, played, refused, problems, left))


def _lines(
    job: Job,
    played: Sequence[Played],
    refused: Sequence[RunRefused],
    problems: Sequence[str],
    left: Sequence[str],
) -> Iterator[str]:
    if not (played or refused or problems or left):
        yield "### git wf: nothing to do"
    if left:
        yield "### git wf: not done"
        yield from (f"- {plain(each)}" for each in left)
        yield ""
    for each in refused:
        yield f"### git wf: {code(each.workflow)} was refused"
        yield f"At {_commit(job, each.commit)}: {plain(each.reason)}"
        yield ""
    for problem in problems:
        yield f"- {plain(problem)}"
    for one in played:
        yield from _run(job, one)


def _run(job: Job, played: Played) -> Iterator[str]:
    record = played.record
    yield f"### git wf: {code(record.workflow)} {record.status}"
    figures = f"{record.executed} executed, {record.restored} restored"
    seconds = f" in {record.seconds:.1f} s" if record.seconds is not None else ""
    yield f"Run {code(record.run)} of {_commit(job, record.commit)}{seconds}: {figures}."
    if record.error is not None:
        yield ""
        yield f"**{plain(record.error.words)}**"
    yield from _steps(record)
    if record.metrics:
        yield from _table(("metric", "value"), record.metrics.items())
    if record.envs:
        envs = ((state.env, state.state) for state in record.envs)
        yield from _table(("environment", "state"), envs)
    if played.printed:
        yield ""
        yield "<details><summary>what it printed last</summary>"
        yield ""
        yield from (f"    {line}" for line in played.printed.splitlines())
        yield ""
        yield "</details>"
    yield ""


def _steps(record: RunRecord) -> Iterator[str]:
    bodies = (decode(bytes(step)).body for step in record.steps)
    rows = [_step(body) for body in bodies if isinstance(body, StepFinished)]
    if rows:
        yield from _table(("step", "what became of it", "seconds"), rows)


def _step(body: StepFinished) -> tuple[str, str, str]:
    word = "restored" if body.cached else body.status
    called = " ".join((body.command, *body.args))
    return called, word, f"{body.seconds:.1f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield ""
    yield row(head)
    yield f"|{' --- |' * len(head)}"
    for cells in rows:
        yield row(code(_text(cell)) for cell in cells)


def _text(cell: object) -> str:
    return bytes(cell).decode() if isinstance(cell, msgspec.Raw) else str(cell)


def _commit(job: Job, commit: str) -> str:
    return f"[`{commit[:_SHORT]}`]({job.commit_page(commit)})"
