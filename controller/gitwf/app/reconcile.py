"""`git wf reconcile` and `git wf controller`: bring the records to what commits ask for."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

from gitwf.app.logbook import log_into
from gitwf.app.pushing import pushing
from gitwf.app.session import Session, UsageError
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.loop import Reconciler
from gitwf.reconcile.performing import Report
from gitwf.records.lock import ControllerLock, LockedError
from gitwf.repo.configuration import remotes
from gitwf.repo.errors import RepositoryError

RESYNC = 30.0
"""Seconds between two full passes that nothing but the clock called for; a fifth is jitter."""

_NO_SUCH_REFS = 2
"""What `git ls-remote --exit-code` says where nothing matches (git-ls-remote(1))."""

_RETRY = 0.2
"""Seconds between two looks at a lock that another controller holds."""


def reconcile(
    session: Session,
    branches: Iterable[str],
    listener: Listener,
    stop: Stop,
    *,
    wait: bool = True,
    local: bool = False,
) -> Report | None:
    """Do one pass over the watched branches and return when settled.

    ``stop`` cancels the runs that it plays. Returns None where another controller is at work and
    ``wait`` is false. ``local`` acts also where the remote has records that this clone lacks.

    Raises:
        UsageError: if HEAD is detached and no branch is named.
    """
    clone = session.clone()
    chosen = tuple(branches)
    _refuse_nothing_watched(clone, chosen)
    if not local:
        _refuse_without_records(clone)
    log_into(clone.records.state_dir)
    try:
        with _acting(clone, wait=wait), pushing(clone, stop):
            return Reconciler(clone, chosen, stop, listener).settled()
    except LockedError:
        return None


def control(
    session: Session,
    branches: Iterable[str],
    listener: Listener,
    ready: Callable[[], None],
    wake: Wake,
    report: Callable[[Report], None],
    *,
    local: bool = False,
) -> bool:
    """Reconcile for good: at every change of a branch, and now and then without one.

    Calls ``ready`` once it watches; returns when ``wake`` says stop: whether runs are being played
    then. Their jobs go on, and the next controller takes them up.

    Raises:
        LockedError: if another controller is at work.
        UsageError: if HEAD is detached and no branch is named.
    """
    from gitwf.reconcile.watch import watching

    clone = session.clone()
    chosen = tuple(branches)
    _refuse_nothing_watched(clone, chosen)
    if not local:
        _refuse_without_records(clone)
    log_into(clone.records.state_dir)
    watched = watching(clone.repository.common_dir, wake.due)
    with _acting(clone, wait=False), watched, pushing(clone):
        reconciler = Reconciler(clone, chosen, Stop(), listener, wake.due)
        ready()
        while not wake.stopping:
            wake.due.clear()
            try:
                reconciler.step()
                report(reconciler.report())
            except RepositoryError as error:
                report(Report(problems=(str(error),)))
            resync = RESYNC * random.uniform(0.9, 1.1)  # noqa: S311  (no secret)
            if not wake.wait(reconciler.patience(resync)):
                reconciler.forget()
        return reconciler.is_playing


class Wake:
    """Wakes a controller: because something is due, or because it is to stop."""

    def __init__(self) -> None:
        self.due = threading.Event()
        self.stopping = False

    def stop(self) -> None:
        """Have the controller return."""
        self.stopping = True
        self.due.set()

    def wait(self, seconds: float) -> bool:
        """Block until something is due, at most for ``seconds``; return whether anything is."""
        return self.stopping or self.due.wait(seconds)


@contextmanager
def _acting(clone: Clone, *, wait: bool) -> Iterator[None]:
    """Hold the controller's lock; with ``wait``, wait for whoever has it."""
    pause = threading.Event()
    with ExitStack() as held:
        while True:
            lock = ControllerLock(clone.records.state_dir, clone.records.clock)
            try:
                held.enter_context(lock)
                break
            except LockedError:
                if not wait:
                    raise
            pause.wait(_RETRY)
        yield


def _refuse_nothing_watched(clone: Clone, branches: tuple[str, ...]) -> None:
    repository = clone.repository
    if branches or repository.head_branch() is not None or repository.resolve("HEAD") is None:
        return
    if Reconciler(clone, (), Stop(), lambda _: None).watched():
        return
    raise UsageError(
        "HEAD is detached, so no branch is watched",
        "name one with `--branch`, or set `[controller] branches` in `wf.toml`",
    )


def _refuse_without_records(clone: Clone) -> None:
    """Refuse to act in a clone that lacks the records of its remote: it would do all of it again."""
    if clone.repository.refs.list("refs/wf/"):
        return
    for name in remotes(clone.repository):
        found = clone.repository.git.attempt("ls-remote", "--exit-code", name, "refs/wf/*")
        if found.status == 0:
            raise UsageError(
                f"this clone lacks the records that `{name}` has",
                f"`git fetch {name} 'refs/wf/*:refs/wf/*' refs/notes/wf:refs/notes/wf`, or `--local`",
            )
        if found.status != _NO_SUCH_REFS:
            raise UsageError(
                f"cannot ask `{name}` whether it has records that are not here",
                "try again when it can be reached, or act without it: `--local`",
            )
