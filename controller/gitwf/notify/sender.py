"""Sends what waits in an outbox, in a thread beside all else; what cannot be sent is tried later and later."""

from __future__ import annotations

import fcntl
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gitwf.github.wire import GitHubError, Status
from gitwf.notify.outbox import Letter, Outbox
from gitwf.notify.send import SendError, hand_over, post
from gitwf.records.clock import parse
from gitwf.records.pace import scaled

if TYPE_CHECKING:
    from gitwf.github.api import Api

log = logging.getLogger(__name__)

_PAUSE = scaled(2.0), scaled(900.0)
"""Seconds between two tries after the first that failed, and the most that they grow to."""

_LOOK = scaled(5.0)
"""Seconds after which it looks without being told."""

_OLD = timedelta(days=3)
"""Age from which on nobody wants to hear of it any more."""


class Sender:
    """Sends the letters of ``outbox``.

    ``secret`` returns the value of a secret, ``github`` what speaks with GitHub, if anything may;
    ``environment`` is what commands get, ``directory`` where they run.
    """

    def __init__(
        self,
        outbox: Outbox,
        secret: Callable[[str], str | None],
        github: Callable[[], Api | None],
        environment: Mapping[str, str],
        directory: Path,
    ) -> None:
        self._outbox = outbox
        self._secret = secret
        self._github = github
        self._environment = environment
        self._directory = directory
        self._changed = threading.Condition()
        self._news = True
        self._closed = False
        self._problems: dict[str, str] = {}
        self._failures: dict[str, tuple[int, float]] = {}
        self._thread = threading.Thread(target=self._run, name="git-wf-notify", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: something was added."""
        with self._changed:
            self._news = True
            self._changed.notify_all()

    def close(self, patience: float) -> None:
        """End after another look, for which there are ``patience`` seconds; what is left waits for the next."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(patience)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not (self._news or self._closed):
                    self._changed.wait(self._patience())
                self._news, closed = False, self._closed
            try:
                self._look()
            except Exception:
                log.exception("notifications cannot be sent")
            if closed:
                return

    def _patience(self) -> float:
        """Return the seconds until it looks again: others put messages into the outbox too."""
        due = [at - time.monotonic() for _, at in self._failures.values()]
        return max(0.01, min([*due, _LOOK]))

    def _look(self) -> None:
        with self._alone() as mine:
            for path, letter in self._outbox.waiting() if mine else ():
                if self._failures.get(letter.way, (0, 0.0))[1] <= time.monotonic():
                    self._try(path, letter)

    def _try(self, path: Path, letter: Letter) -> None:
        if datetime.now(UTC) - parse(letter.message.at) > _OLD:
            path.unlink(missing_ok=True)
            return
        try:
            self._send(letter)
        except SendError as error:
            self._fail(path, letter, error)
            return
        self._failures.pop(letter.way, None)
        self._tell(letter.way, None)
        path.unlink(missing_ok=True)

    def _tell(self, way: str, why: str | None) -> None:
        """Note why nothing can be sent on a ``way``; None: it can."""
        self._problems.pop(way, None)
        if why is not None:
            self._problems[way] = why
        said = "; ".join(f"{way}: {why}" for way, why in self._problems.items())
        self._outbox.tell(said or None)

    def _send(self, letter: Letter) -> None:
        if letter.status is not None:
            self._mark(letter.message.commit or "", letter.status)
            return
        if letter.webhook is None:
            hand_over(letter.command, letter.message, self._directory, self._environment)
            return
        address = self._secret(letter.webhook)
        if not address:
            raise SendError("there is no such secret")
        post(address, letter.message.text)

    def _mark(self, commit: str, status: Status) -> None:
        github = self._github()
        if github is None:
            raise SendError("nobody says which repository it is, or with which token")
        try:
            github.set_status(commit, status)
        except GitHubError as error:
            raise SendError(str(error), final=error.final) from None

    def _fail(self, path: Path, letter: Letter, error: SendError) -> None:
        log.warning("%s: %s", letter.way, error)
        if error.final:
            path.unlink(missing_ok=True)
            return
        count = self._failures.get(letter.way, (0, 0.0))[0] + 1
        first, most = _PAUSE
        pause = min(first * 2 ** (count - 1), most) * random.uniform(0.5, 1.0)  # noqa: S311
        self._failures[letter.way] = (count, time.monotonic() + pause)
        self._tell(letter.way, str(error))

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Yield whether no other process sends at this moment."""
        self._outbox.folder.mkdir(parents=True, exist_ok=True)
        with (self._outbox.folder / "lock").open("wb") as file:
            mine = False
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                mine = True
            yield mine
