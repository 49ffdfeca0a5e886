"""`git wf reconcile`: does what the watched branches ask for, and returns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

import msgspec
from msgspec import structs

from gitwf.app.hub import Hub
from gitwf.app.logbook import log_into
from gitwf.app.notices import telling
from gitwf.app.owed import carrying_out
from gitwf.app.pods import reaping
from gitwf.app.pushing import pushing
from gitwf.app.remotes import chosen_remote, controller_settings
from gitwf.app.session import Session, UsageError
from gitwf.app.sharing import Sharing, acting
from gitwf.app.trusting import hold_to
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.authority import ALONE
from gitwf.reconcile.branches import Branches, local
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.loop import Reconciler
from gitwf.reconcile.performing import Report
from gitwf.reconcile.sharing.share import describe
from gitwf.records.lock import ControllerLock, LockedError
from gitwf.repo.configuration import names_of_remotes
from gitwf.repo.errors import RemoteError, RepositoryError
from gitwf.repo.remote import Remote

_RETRY = 0.2
"""Seconds between two looks at a lock that another controller holds."""


class Following(msgspec.Struct, frozen=True):
    """What to follow: these ``branches`` (globs), of this ``remote`` where one is named.

    ``local``: those of the clone itself, although a remote has records.
    """

    branches: tuple[str, ...] = ()
    remote: str | None = None
    local: bool = False


def reconcile(
    session: Session,
    following: Following,
    listener: Listener,
    stop: Stop,
    *,
    wait: bool = True,
    hub: Hub | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Report | None:
    """Do one pass over the watched branches and return when settled.

    ``stop`` cancels the runs that it plays. Returns None where another controller is at work and
    ``wait`` is false. At ``hub``, if given, commits get their status. ``tell`` hears for whom it waits.

    Raises:
        UsageError: if HEAD is detached and no branch is named, or the clone lacks the remote's records.
        RemoteError: if the remote cannot be asked; nothing was started then.
    """
    clone = session.clone()
    log_into(clone.records.state_dir)
    try:
        with acting_alone(clone, wait=wait), pushing(clone, stop), ExitStack() as stack:
            stack.enter_context(reaping(clone))
            stack.enter_context(carrying_out(clone))
            sharing = followed(clone, following)
            due = threading.Event()
            branches = watched(clone, following, sharing)
            if sharing is not None:
                stack.enter_context(acting(sharing))
            listener = stack.enter_context(telling(clone, listener, hub))
            authority = sharing.share if sharing else ALONE
            reconciler = Reconciler(clone, branches, stop, listener, due, authority)
            if sharing is None:
                report = reconciler.settle()
            else:
                follow = partial(_follow, sharing, reconciler, _Once(tell), wait=wait)
                report = reconciler.settle(follow, sharing.poll)
            names = tuple(sorted(branches.watched()))
            why = branches.why_idle()
            return structs.replace(report, watched=names, unwatched=why)
    except LockedError:
        return None


class _Once:
    """Tells each thing once."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()

    def __call__(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)


def _follow(
    sharing: Sharing, reconciler: Reconciler, tell: Callable[[str], None], *, wait: bool
) -> None:
    """Look at the remote. Raises `LockedError` where another acts, and nobody wants to wait."""
    waits = reconciler.is_blocked or reconciler.is_awaiting
    if waits and (lease := sharing.share.holder()) is not None:
        if not wait:
            raise LockedError(f"{describe(lease)} holds the lease of `{sharing.name}`")
        tell(f"waiting for {describe(lease)}, which acts for `{sharing.name}`")
    with suppress(RemoteError):  # the next look comes
        sharing.look()


def followed(clone: Clone, following: Following) -> Sharing | None:
    """Return the share in the records of the remote to follow, pulled; None where none is to be.

    Raises as `reconcile`.
    """
    name = None if following.local else chosen_remote(clone, following.remote)
    if name is None:
        if not following.local:
            _refuse_without_records(clone)
        return None
    sharing = Sharing(clone, name, controller_settings(clone).poll)
    hold_to(clone, sharing.source, sharing.exchange, name)
    sharing.look()
    sharing.attach()
    return sharing


def watched(clone: Clone, following: Following, sharing: Sharing | None) -> Branches:
    """Return the branches to watch.

    Raises:
        UsageError: if none is named, and HEAD is on none.
    """
    source = sharing.source if sharing else local(clone)
    branches = Branches(clone, source, following.branches)
    if (
        not branches.globs()
        and source.remote is None
        and clone.repository.resolve("HEAD") is not None
    ):
        raise UsageError(
            "HEAD is detached, so no branch is watched",
            "name one with `--branch`, or set `[controller] branches` in `wf.toml`",
        )
    return branches


@contextmanager
def acting_alone(clone: Clone, *, wait: bool) -> Iterator[None]:
    """Hold the controller's lock of the clone; with ``wait``, wait for whoever has it."""
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


def _refuse_without_records(clone: Clone) -> None:
    """Refuse to act on local branches where a remote has records: others act on them too."""
    refs = clone.repository.refs
    has_own = bool(refs.list("refs/wf/"))
    for name in names_of_remotes(clone.repository):
        if refs.list(f"refs/wf-remote/{name}/") or (not has_own and _has_records(clone, name)):
            raise UsageError(
                f"`{name}` has records of runs, and this clone does not follow it",
                f'`remote = "{name}"` under `[controller]` in `wf.toml`, `--remote {name}`, or `--local`',
            )


def _has_records(clone: Clone, name: str) -> bool:
    try:
        return Remote(clone.repository, name).has_records()
    except RepositoryError as error:
        raise UsageError(
            f"cannot ask `{name}` whether it has records that are not here: {error}",
            "try again when it can be reached, or act without it: `--local`",
        ) from error
