"""Pushes records in its own time: at once what others wait for, the rest in batches, and never too often.

It also renews the lease. What cannot be pushed is tried again, later and later; nothing fails by it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.sharing.budget import Backoff, Budget
from gitwf.reconcile.sharing.share import RENEWAL, NotHolderError, Share
from gitwf.records.pace import awake, scaled
from gitwf.repo.errors import RepositoryError

BATCH = scaled(10.0)
"""Seconds after which at the latest a record is pushed that is in git."""

_LOOK = scaled(1.0)
"""Seconds after which whoever waits looks whether it is to stop."""


class Publisher:
    """Pushes what ``share`` has, in a thread of its own, until it is closed. Threads share it.

    ``tell`` hears why nothing can be pushed, or None as soon as it can.
    """

    def __init__(self, share: Share, tell: Callable[[str | None], None]) -> None:
        self._share = share
        self._tell = tell
        self._changed = threading.Condition()
        self._asked = 0
        self._done = 0
        self._urgent = False
        self._closed = False
        self._budget = Budget(awake())
        self._backoff = Backoff()
        self._not_before = 0.0
        self._dirty_since: float | None = awake()
        self._thread = threading.Thread(target=self._run, name="git-wf-publisher", daemon=True)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be pushed, as far as it has heard."""
        return self._dirty_since is None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, without pushing what is left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def written(self, *, urgent: bool) -> None:
        """Take note that records have come into git; others wait for those that are ``urgent``."""
        self._ask(urgent=urgent)

    def wait(self, stop: Stop) -> None:
        """Block until all that is in git now is on the remote, under the lease.

        Raises:
            StoppedError: if the stop is asked for.
        """
        number = self._ask(urgent=True)
        while self._done < number:
            stop.check()
            with self._changed:
                self._changed.wait_for(lambda: self._done >= number, _LOOK)

    def settle(self, seconds: float) -> bool:
        """Wait until all is pushed, at most for so long; return whether it is."""
        number = self._ask(urgent=True)
        with self._changed:
            return self._changed.wait_for(lambda: self._done >= number or self._closed, seconds)

    def _ask(self, *, urgent: bool) -> int:
        with self._changed:
            self._asked += 1
            self._urgent = self._urgent or urgent
            if self._dirty_since is None:
                self._dirty_since = awake()
            self._changed.notify_all()
            return self._asked

    def _run(self) -> None:
        while self._sleep():
            with self._trying():
                if self._share.is_due:
                    self._share.renew()
                if self._is_due():
                    self._publish()

    def _sleep(self) -> bool:
        """Wait until there may be something to do; return false once it is closed."""
        with self._changed:
            if not self._closed:
                self._changed.wait(self._pause())
            return not self._closed

    def _pause(self) -> float:
        """Return the seconds until the next thing is due, as far as one can tell."""
        if self._dirty_since is None:
            return RENEWAL / 4
        now = awake()
        due = now if self._urgent else self._dirty_since + BATCH
        wait = max(due - now, self._not_before - now, self._budget.wait(now))
        return min(max(wait, 0.001), RENEWAL / 4)

    def _is_due(self) -> bool:
        now = awake()
        if self._dirty_since is None or now < self._not_before or self._budget.wait(now) > 0:
            return False
        return self._urgent or now >= self._dirty_since + BATCH

    def _publish(self) -> None:
        with self._changed:
            number, self._urgent, self._dirty_since = self._asked, False, None
        try:
            whole = self._push()
        except RepositoryError:
            self._again()
            raise
        if not whole:
            self._again()
            return
        with self._changed:
            self._done = max(self._done, number)
            self._changed.notify_all()

    def _push(self) -> bool:
        """Push all, or what may be pushed without the lease; return whether all was."""
        try:
            self._spend(pushed=self._share.push())
        except NotHolderError:
            self._spend(pushed=self._share.push(whole=False))
            return not self._share.exchange.pending()
        return True

    def _spend(self, *, pushed: bool) -> None:
        if pushed:
            self._budget.spend(awake())

    def _again(self) -> None:
        """Have what was not pushed be tried once more."""
        with self._changed:
            self._urgent = True
            self._dirty_since = awake()
            self._not_before = awake() + _LOOK

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """Take note of what goes wrong, and wait longer each time that it does."""
        try:
            yield
        except RepositoryError as error:
            self._tell(str(error))
            self._not_before = awake() + self._backoff.fail(random.uniform(-1, 1))  # noqa: S311
        else:
            self._tell(None)
            self._backoff.succeed()
