"""`git wf reconcile`."""

from __future__ import annotations

import signal
from typing import Annotated

from gitwf.app.left import words
from gitwf.app.pushing import left as unpushed
from gitwf.app.reconcile import Following
from gitwf.app.reconcile import reconcile as settle
from gitwf.cli.edge import INTERRUPTED, NO, NOT_DONE, OK, say
from gitwf.cli.interrupt import cancel_on
from gitwf.cli.live import shown
from gitwf.cli.options import Branches, Json, Local, RemoteName, session
from gitwf.cli.parameter import Option
from gitwf.engine.unit.stop import Stop
from gitwf.records.event import Event, RunRefused


def reconcile(
    branch: Branches = None,
    no_wait: Annotated[
        bool, Option("--no-wait", help="Return at once if a controller is at work.")
    ] = False,
    remote: RemoteName = None,
    local: Local = False,
    json: Json = False,
) -> int:
    """Do what the watched branches ask for. Return when all is done."""
    stop = Stop()
    cancel_on(stop, say, signal.SIGINT)
    here = session()
    following = Following(tuple(branch or ()), remote, local)
    heard: set[object] = set()
    with shown(here, json=json) as tell:

        def listener(event: Event) -> None:
            heard.add(_subject(event))
            tell(event)

        report = settle(here, following, listener, stop, wait=not no_wait, tell=say)
    if report is None:
        say("another controller is at work: it does what there is to do")
        return OK
    say(*(f"git-wf: {problem}" for problem in report.problems))
    say(*filter(None, [unpushed(here.repository())]))
    left = [s for s in report.standings if not heard & {s.run, (s.branch, s.workflow)}]
    say(*map(words, left))
    if not (heard or left or report.ended or report.refused or report.problems):
        where = ", ".join(report.watched)
        say(f"nothing to do on {where}" if where else f"nothing to do: {report.unwatched}")
    if stop.failure:
        return INTERRUPTED
    if report.problems:
        return NOT_DONE
    return OK if report.is_good else NO


def _subject(event: Event) -> object:
    """Return the run that an event is about, or the workflow on a branch that was refused."""
    body = event.body
    return (body.branch, body.workflow) if isinstance(body, RunRefused) else event.run
