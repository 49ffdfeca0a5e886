"""Has people told of what a controller does, as `[notify]` of the default branch says, and what `/notify` says."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitwf.app.hub import Hub, hub_of
from gitwf.app.trusting import judge_of
from gitwf.config.settings import Settings
from gitwf.engine.jobs.environment import declared, for_commands, secrets_of
from gitwf.engine.replay.recorder import Listener
from gitwf.notify.builtin import mask_of, put
from gitwf.notify.marks import mark_of, put_mark
from gitwf.notify.message import is_telling, message_of
from gitwf.notify.outbox import outbox_of
from gitwf.notify.sender import Sender
from gitwf.reconcile.clone import Clone
from gitwf.records.event import Event, RunFinished
from gitwf.records.pace import scaled

if TYPE_CHECKING:
    from gitwf.github.api import Api

log = logging.getLogger(__name__)

FAREWELL = scaled(5.0)
"""Seconds that whoever ends waits for the last messages."""


class Notices:
    """What of the events of ``clone`` people are told; ``hub`` is GitHub, where somebody gave a token for it."""

    def __init__(self, clone: Clone, hub: Hub | None = None) -> None:
        self._clone = clone
        self._outbox = outbox_of(clone.records.state_dir)
        self._judge = judge_of(clone)
        environment = clone.environment
        directory = clone.repository.git_dir  # what is checked out may be what was refused
        settings = self._settings()
        given = for_commands(environment, declared(settings.secrets, settings.notify.secrets))
        self._hub = hub
        self.sender = Sender(self._outbox, self._secret, self._api, given, directory)

    def hear(self, event: Event) -> None:
        """Take note of an event. Whatever goes wrong with that harms nobody."""
        try:
            self._mark(event)
            if is_telling(event):
                self._take(event)
        except Exception:
            log.exception("nobody is told of %s", event.id)

    def _take(self, event: Event) -> None:
        settings = self._settings()
        notify = settings.notify
        if not (notify.webhook or notify.command):
            return
        message = message_of(event, self._before(event))
        if message is not None and message.kind in notify.on:
            put(self._outbox, message, settings, self._clone.environment)
            self.sender.wake()

    def _settings(self) -> Settings:
        return self._judge.base()

    def _mark(self, event: Event) -> None:
        """Have the commit of an event get its status at GitHub."""
        mark = mark_of(event, self._hub.page if self._hub else None)
        if mark is None or not (self._hub or self._settings().notify.github):
            return
        mask = mask_of(self._settings(), self._clone.environment)
        put_mark(self._outbox, event, mark, mask)
        self.sender.wake()

    def _api(self) -> Api | None:
        """Return what speaks with GitHub, by the token that was given or that settings name."""
        hub = self._hub or hub_of(self._clone, self._secret(self._settings().notify.github or ""))
        return hub.api() if hub else None

    def _secret(self, name: str) -> str | None:
        origins = self._settings().secrets
        return secrets_of(self._clone.environment, origins, (name,)).get(name)

    def _before(self, event: Event) -> str | None:
        """Return how the run ended that the end of a run is to be compared with."""
        body = event.body
        if not isinstance(body, RunFinished):
            return None
        runs = (run.record for run in self._clone.records.runs.newest())
        earlier = (
            r.status
            for r in runs
            if r.run < (event.run or "")
            and (r.workflow, r.branch) == (body.workflow, body.branch)
            and r.status in {"succeeded", "failed", "lost"}
        )
        return next(earlier, None)


@contextmanager
def telling(clone: Clone, listener: Listener, hub: Hub | None = None) -> Iterator[Listener]:
    """Give what hears all that ``listener`` does, and has people told of it while the block runs."""
    notices = Notices(clone, hub)
    notices.sender.start()

    def hear(event: Event) -> None:
        listener(event)
        notices.hear(event)

    try:
        yield hear
    finally:
        notices.sender.close(FAREWELL)


def deliver(clone: Clone) -> None:
    """Send what waits, in a moment or not at all: what is left waits for the next who acts."""
    if any(outbox_of(clone.records.state_dir).waiting()):
        notices = Notices(clone)
        notices.sender.start()
        notices.sender.close(FAREWELL)
