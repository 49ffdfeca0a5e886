"""`git wf controller`: reconciles for good."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import ExitStack

from msgspec import structs

from gitwf.app.logbook import log_into
from gitwf.app.notices import telling
from gitwf.app.owed import carrying_out
from gitwf.app.pods import reaping
from gitwf.app.pushing import pushing
from gitwf.app.reconcile import Following, acting_alone, followed, watched
from gitwf.app.session import Session
from gitwf.app.sharing import Sharing, acting
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.authority import ALONE
from gitwf.reconcile.branches import Branches
from gitwf.reconcile.loop import Reconciler
from gitwf.reconcile.performing import Report
from gitwf.reconcile.sharing.budget import Backoff
from gitwf.records.pace import awake
from gitwf.repo.errors import RemoteError, RepositoryError

RESYNC = 30.0
"""Seconds between two full passes that nothing but the clock called for; a fifth is jitter."""


class Wake:
    """Wakes a controller: because something is due, or because it is to stop."""

    def __init__(self) -> None:
        self.due = threading.Event()
        self.stopping = False
        self.hinted = False

    def stop(self) -> None:
        """Have the controller return."""
        self.stopping = True
        self.due.set()

    def hint(self) -> None:
        """Have it look at the remote at once: somebody says that there is something new."""
        self.hinted = True
        self.due.set()

    def wait(self, seconds: float) -> bool:
        """Block until something is due, at most for ``seconds``; return whether anything is."""
        return self.stopping or self.due.wait(seconds)


def control(
    session: Session,
    following: Following,
    listener: Listener,
    ready: Callable[[], None],
    wake: Wake,
    report: Callable[[Report], None],
) -> bool:
    """Reconcile for good: at every change of a branch, and now and then without one.

    Calls ``ready`` once it watches; returns when ``wake`` says stop: whether runs are being played
    then. Their jobs go on, and the next controller takes them up.

    Raises:
        LockedError: if another controller is at work.
        UsageError: if HEAD is detached and no branch is named.
        RemoteError: if the remote cannot be asked at the start.
    """
    from gitwf.reconcile.poke import poked
    from gitwf.reconcile.watch import watching

    clone = session.clone()
    log_into(clone.records.state_dir)
    with ExitStack() as stack:
        stack.enter_context(acting_alone(clone, wait=False))
        sharing = followed(clone, following)
        branches = watched(clone, following, sharing)
        stack.enter_context(watching(clone.repository.common_dir, wake.due))
        stack.enter_context(poked(clone.records.state_dir, wake.due))
        stack.enter_context(pushing(clone))
        stack.enter_context(reaping(clone))
        stack.enter_context(carrying_out(clone))
        if sharing is not None:
            stack.enter_context(acting(sharing))
        listener = stack.enter_context(telling(clone, listener))
        authority = sharing.share if sharing else ALONE
        reconciler = Reconciler(clone, branches, Stop(), listener, wake.due, authority)
        ready()
        _Control(reconciler, wake, report, sharing, branches).run()
        return reconciler.is_playing


class _Control:
    """The loop of a controller."""

    def __init__(
        self,
        reconciler: Reconciler,
        wake: Wake,
        report: Callable[[Report], None],
        sharing: Sharing | None,
        branches: Branches,
    ) -> None:
        self._branches = branches
        self._idle = ""
        self._reconciler = reconciler
        self._wake = wake
        self._report = report
        self._poll = Poll(sharing, wake) if sharing else None
        self._resync_at = _next_resync()

    def run(self) -> None:
        """Go on until it is to stop."""
        while not self._wake.stopping:
            self._wake.due.clear()
            try:
                if self._poll is not None:
                    self._poll.look()
                self._reconciler.step()
                made = self._reconciler.report()
                self._report(structs.replace(made, unwatched=self._newly_idle()))
                if self._poll is not None:
                    self._poll.rest(self._reconciler)
            except RepositoryError as error:
                self._report(Report(problems=(str(error),)))
            self._sleep()

    def _newly_idle(self) -> str:
        """Return why no branch is watched, where that is news."""
        before, self._idle = self._idle, self._branches.why_idle()
        return self._idle if self._idle != before else ""

    def _sleep(self) -> None:
        now = awake()
        most = self._resync_at - now
        if self._poll is not None:
            most = min(most, self._poll.pause(blocked=self._reconciler.is_blocked))
        self._wake.wait(max(0.0, self._reconciler.patience(most)))
        if awake() >= self._resync_at:
            self._resync_at = _next_resync()
            self._reconciler.forget()


class Poll:
    """Looks at a remote at intervals, when it is hinted at, and later and later while it fails."""

    def __init__(self, sharing: Sharing, wake: Wake) -> None:
        self._sharing = sharing
        self._wake = wake
        self._backoff = Backoff()
        self._at = awake()

    def look(self) -> None:
        """Look at the remote if that is due. Raises `RemoteError` the first time that it fails in a row."""
        if awake() < self._at and not self._wake.hinted:
            return
        self._wake.hinted = False
        try:
            self._sharing.look()
        except RemoteError:
            is_first = self._backoff.is_idle
            self._at = awake() + self._backoff.fail(random.uniform(-1, 1))  # noqa: S311
            if is_first:
                raise
            return
        self._backoff.succeed()
        self._at = awake() + self._sharing.poll * random.uniform(0.8, 1.2)  # noqa: S311

    def pause(self, *, blocked: bool) -> float:
        """Return the seconds until it is to look again; at once where what was done is out of date."""
        share = self._sharing.share
        return 0.01 if blocked and share.is_held else max(0.0, self._at - awake())

    def rest(self, reconciler: Reconciler) -> None:
        """Free the lease where there is nothing to do; take it where records wait for it."""
        share = self._sharing.share
        if reconciler.is_playing or reconciler.is_blocked:
            return
        if self._sharing.publisher.is_idle:
            share.free()
        elif not share.is_held:
            share.retake()


def _next_resync() -> float:
    return awake() + RESYNC * random.uniform(0.9, 1.1)  # noqa: S311
