"""Does what a job of GitHub Actions is for: plays what its branch asks for, or plans a pull request."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from gitwf.app.ci.job import Job
from gitwf.app.ci.report import Played, markdown, status_of
from gitwf.app.holding import hold
from gitwf.app.left import words
from gitwf.app.plan import Outlook, plan
from gitwf.app.reconcile import Following, reconcile
from gitwf.app.remotes import chosen_remote
from gitwf.app.session import Session, UsageError
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.sharing.exchange import Exchange
from gitwf.records.event import Event, RunRefused
from gitwf.records.fold import RunRecord
from gitwf.repo.errors import RepositoryError
from gitwf.repo.remote import Remote

if TYPE_CHECKING:
    from gitwf.app.hub import Hub

_REMOTE = "origin"
"""What `actions/checkout` calls the repository that it is of."""

_LINES = 40
"""Lines that a failed step printed last, for the summary."""


class Outcome(msgspec.Struct, frozen=True):
    """What a job came to: its outputs, its summary in Markdown, and the runs to tell of.

    ``left`` are sentences about what was not done before, and still is not.
    """

    status: str
    run: str
    metrics: str
    summary: str
    runs: tuple[RunRecord, ...] = ()
    problems: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the step."""
        return {"status": self.status, "run": self.run, "metrics": self.metrics}


def play(
    session: Session, job: Job, listener: Listener, stop: Stop, hub: Hub | None = None
) -> Outcome:
    """Do what the watched branches of the remote ask for. Raises as `reconcile`."""
    refused: list[RunRefused] = []

    def hear(event: Event) -> None:
        if isinstance(event.body, RunRefused):
            refused.append(event.body)
        listener(event)

    following = Following((), _followed(session.clone()))
    report = reconcile(session, following, hear, stop, hub=hub)
    runs = report.ended if report else ()
    problems = report.problems if report else ()
    standings = report.standings if report else ()
    told = {run.run for run in runs} | {(each.branch, each.workflow) for each in refused}
    left = [
        words(each) for each in standings if not told & {each.run, (each.branch, each.workflow)}
    ]
    played = [Played(run, _printed(session, run)) for run in runs]
    newest = runs[-1] if runs else None
    return Outcome(
        status="failed" if problems else status_of(runs, refused, standings),
        run=newest.run if newest else next((s.run for s in standings if s.run), ""),
        metrics=msgspec.json.encode(newest.metrics if newest else {}).decode(),
        summary=markdown(job, played, refused, problems, left),
        runs=tuple(runs),
        problems=tuple(problems),
        left=tuple(left),
    )


def look_ahead(session: Session, job: Job) -> Outlook:
    """Return what a pull request would have run, by the records of the remote.

    Raises:
        RemoteError: if the remote cannot be asked.
        UsageError: if there is no such commit.
    """
    clone = session.clone()
    bring(session, clone, _followed(clone))
    known = job.base is not None and clone.repository.resolve(job.base) is not None
    span = f"{job.base}..HEAD" if known else "HEAD"
    return plan(session, None, span, job.branch)


def bring(session: Session, clone: Clone, name: str) -> None:
    """Fetch the branches and records of a remote, with all of their history. Raises `RemoteError`."""
    remote = Remote(clone.repository, name)
    exchange = Exchange(clone.repository, clone.records, remote)
    exchange.glance()
    hold(clone.repository, session.environment, exchange.places.heads, remote.default_branch)
    exchange.pull()


def _followed(clone: Clone) -> str:
    return chosen_remote(clone, None) or _REMOTE


def _printed(session: Session, record: RunRecord) -> str:
    """Return the end of what the failed step of a run printed, without secrets; nothing if all went well."""
    failed = record.error.step if record.error else ""
    if record.status == "succeeded" or not failed:
        return ""
    from gitwf.app.logs import logs

    with suppress(UsageError, RepositoryError):
        data = b"".join(piece.data for piece in logs(session, record.run, failed).pieces)
        return "\n".join(data.decode(errors="replace").splitlines()[-_LINES:])
    return ""
