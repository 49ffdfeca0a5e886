"""`git wf ci`."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

from gitwf.app.ci.act import look_ahead, play
from gitwf.app.ci.commands import (
    annotated,
    annotation,
    failure,
    quiet,
    write_outputs,
    write_summary,
)
from gitwf.app.ci.feedback import TOKEN, comment, hub_of_job
from gitwf.app.ci.job import Job, chosen, job_of
from gitwf.app.hub import Hub
from gitwf.app.session import Session, UsageError
from gitwf.app.validate import validate
from gitwf.cli.edge import INTERRUPTED, NO, OK, say
from gitwf.cli.interrupt import cancel_on
from gitwf.cli.options import session
from gitwf.cli.output import print_line
from gitwf.cli.parameter import Option
from gitwf.cli.planned import markdown
from gitwf.cli.progress import listener
from gitwf.engine.unit.stop import Stop

_GOOD = frozenset({"succeeded", "waiting", "nothing"})
"""What a job is green for. One that waits for a person says so; its commit's status is pending."""


def ci(
    do: Annotated[
        str, Option("--do", metavar="auto|reconcile|plan", help="What to do; auto: by the event.")
    ] = "auto",
) -> int:
    """Play or plan in a job of GitHub Actions. It gets a summary, annotations and outputs."""
    token = os.environ.pop(TOKEN, "")
    here = session()
    job = job_of(here.environment)
    if job is None:
        raise UsageError("this is for jobs of GitHub Actions", "`git wf reconcile` is for all else")
    if do not in {"auto", "reconcile", "plan"}:
        raise UsageError(f"there is nothing to `{do}`", "`auto`, `reconcile` or `plan`")
    try:
        what = chosen(job, do)
    except ValueError as error:
        print_line(annotation("error", str(error), title="git wf"))
        write_outputs(job.outputs, {"status": "refused", "run": "", "metrics": "{}"})
        raise UsageError("nothing is done for this event", str(error)) from None
    for line in annotated(validate(Path.cwd(), ()).located()):
        print_line(line)
    hub = hub_of_job(job, token)
    return _plan(here, job, hub) if what == "plan" else _play(here, job, hub)


def _play(here: Session, job: Job, hub: Hub | None) -> int:
    stop = Stop()
    cancel_on(stop, say, signal.SIGINT)
    before, after = quiet()
    print_line(before)
    try:
        outcome = play(here, job, listener(json=False), stop, hub)
    finally:
        print_line(after)
    for run in outcome.runs:
        if run.status != "succeeded":
            print_line(failure(run))
    for problem in outcome.problems:
        print_line(annotation("error", problem, title="git wf"))
    is_good = outcome.status in _GOOD
    for sentence in outcome.left:
        print_line(annotation("warning" if is_good else "error", sentence, title="git wf"))
    write_outputs(job.outputs, outcome.outputs)
    write_summary(job.summary, outcome.summary)
    if stop.failure:
        return INTERRUPTED
    return OK if is_good else NO


def _plan(here: Session, job: Job, hub: Hub | None) -> int:
    outlook = look_ahead(here, job)
    text = "\n".join(markdown(outlook))
    write_summary(job.summary, text)
    if problem := comment(job, hub, text, dict(here.environment)):
        print_line(annotation("warning", problem, title="git wf"))
    refused = any(each.verdict == "refused" for each in outlook.workflows)
    status = "refused" if refused else "planned"
    write_outputs(job.outputs, {"status": status, "run": "", "metrics": "{}"})
    return OK if outlook.is_good else NO
