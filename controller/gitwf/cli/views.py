"""What people see of runs and of the repository's status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from gitwf.cli.output import ago, clipped, print_line, print_painted, print_table, took
from gitwf.records.event import Event, StepFinished, decode
from gitwf.records.fold import PodRecord, RunRecord

if TYPE_CHECKING:
    from gitwf.app.status import Status

_LINES = 12
"""Lines of what checks printed that the status shows."""

_SHORT = 10


_HEAD = ("RUN", "STATUS", "WORKFLOW", "BRANCH", "COMMIT", "STARTED", "TOOK", "RAN", "ENVIRONMENTS")


def show_log(records: list[RunRecord]) -> None:
    """Print runs as a table, with a head on a terminal."""
    head = [_HEAD] if sys.stdout.isatty() and records else []
    print_table([*head, *(_row(record) for record in records)])


def _row(record: RunRecord) -> tuple[str, ...]:
    envs = " ".join(f"{state.env}:{state.state}" for state in record.envs)
    return (
        record.run,
        record.status,
        record.workflow.removeprefix("workflows/"),
        record.branch or "-",
        record.commit[:7],
        _minute(record.started or "-"),
        took(record.seconds),
        f"{record.executed}+{record.restored}",
        envs,
    )


def _minute(at: str) -> str:
    """Return a time of the records as people read it."""
    return at[:16].replace("T", " ")


def show_run(record: RunRecord, logs: Sequence[str] = (), silences: Sequence[str] = ()) -> None:
    """Print all of a run.

    ``logs`` are the files with the output of what failed, ``silences`` say which machines do not answer.
    """
    print_painted(f"{record.run}  {record.status}  {took(record.seconds)}")
    print_line(f"  workflow  {record.workflow}")
    print_line(f"  commit    {record.commit} ({record.branch or 'no branch'})")
    print_line(f"  key       {record.key[:16]}")
    if record.waits and not (record.started or record.is_over):
        print_line(f"  waits     for {record.waits}")
    if record.error:
        print_line(f"  error     {record.error.words}")
    for silence in silences:
        print_line(f"  away      {silence}")
    for path in logs:
        print_line(f"  log       {path}")
    for name, value in record.metrics.items():
        print_line(f"  metric    {name} = {bytes(value).decode()}")
    for state in record.envs:
        print_painted(f"  env       {state.env}: {state.state} since {_minute(state.since)}")
    print_table([_pod(pod) for pod in record.pods])
    if record.spent is not None:
        print_line(f"  spent     ${record.spent:.2f}")
    events = [decode(bytes(step)) for step in record.steps]
    print_table([_step(event.body) for event in events])
    for line in filter(None, map(_agent, events)):
        print_line(line)


def _pod(pod: PodRecord) -> tuple[str, ...]:
    many = f"{pod.count} × " if pod.count > 1 else ""
    return (
        "  pod",
        pod.pod,
        f"{many}{pod.gpu}, {pod.cloud}",
        f"${pod.price_per_hour:.2f}/h",
        took(pod.seconds),
        "-" if pod.spent is None else f"${pod.spent:.2f}",
        pod.reason or "it may be there: `git wf pods`",
    )


def _step(body: object) -> tuple[str, ...]:
    if not isinstance(body, StepFinished):
        return ("",) * 5
    word = "restored" if body.cached else body.status
    outs = " ".join(out.path for out in body.outs)
    return (
        f"  {body.step}",
        clipped(" ".join((body.command, *body.args))),
        word,
        took(body.seconds),
        outs,
    )


def _agent(event: Event) -> str:
    """Return where the work of an agent is, and what it took; nothing for other steps."""
    about = event.extra.get("droid")
    if about is None:
        return ""
    known: dict[str, object] = msgspec.json.decode(about)
    words = [f"  droid     {known.get('agent')}: branch {known.get('branch')}"]
    if known.get("merged"):
        words.append(f"merged as {str(known['merged'])[:_SHORT]}")
    if known.get("turns") is not None:
        words.append(f"{known['turns']} turns")
    if known.get("cost") is not None:
        words.append(f"{known['cost']} USD")
    return ", ".join(words)


def show_status(status: Status) -> None:
    """Print where everything stands."""
    for branch in status.branches:
        word = "seen" if branch.decided else "not looked at yet"
        print_line(f"{branch.branch}  {branch.commit[:_SHORT]}  {ago(branch.age)} old, {word}")
    for run in status.latest:
        why = f": {run.error.words}" if run.error else ""
        print_painted(f"  {run.run}  {run.status}  {run.workflow}{why}")
    waits = {run.run: f" for {run.waits}" for run in status.waiting}
    for run in status.runs:
        why = waits.get(run.run, "")
        print_painted(f"  {run.run}  {run.status}  {run.workflow}{why}")
    for left in status.suspended:
        why = f": {left.why}" if left.why else ""
        print_line(f"  suspended: {left.workflow} by {left.by} at {_minute(left.at)}{why}")
    for refusal in status.refused:
        print_line(f"  refused: {refusal.reason}")
        for line in refusal.output.splitlines()[-_LINES:]:
            print_line(f"    {line}")
    for env in status.envs:
        orphan = f" (its workflow {env.workflow} is gone)" if env.orphaned else ""
        print_painted(f"{env.env}  {env.state}  run {env.run}  {env.commit[:_SHORT]}{orphan}")
    for note in status.notes:
        print_line(note)
    print_line(f"controller: {status.lease or 'none is running'}")
