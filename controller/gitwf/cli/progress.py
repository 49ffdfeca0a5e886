"""What happens, as it happens: lines for people on standard error, or events for programs."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gitwf.app.left import way_out
from gitwf.cli.edge import say
from gitwf.cli.output import clipped, print_encoded, took
from gitwf.engine.replay.recorder import Listener
from gitwf.records.event import (
    EnvironmentChanged,
    Event,
    RunApproved,
    RunFinished,
    RunNone,
    RunQueued,
    RunRefused,
    RunStarted,
    StepFinished,
    encode,
)

_LOCK = threading.Lock()
_INSIDE = (StepFinished, EnvironmentChanged)
"""Whose lines do not name the run, or stand below one that does."""


def listener(*, json: bool, write: Callable[[str], None] = say) -> Listener:
    """Return what prints events: as JSON lines to standard output, else as words by ``write``."""
    return _print_event if json else _Words(write).hear


def _print_event(event: Event) -> None:
    with _LOCK:
        print_encoded(encode(event))


class _Words:
    """Says events in lines. A run that another process began is named before its first line."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._named: set[str | None] = set()

    def hear(self, event: Event) -> None:
        """Say what there is to say of an event. Threads may share it."""
        line = _words(event)
        if line is None:
            return
        with _LOCK:
            if event.run not in self._named and isinstance(event.body, _INSIDE):
                self._write(f"run {event.run} is taken up")
            self._named.add(event.run)
            self._write(line)


def _words(event: Event) -> str | None:
    match event.body:
        case RunQueued() as body:
            waits = f"run {event.run} of {body.commit[:10]} waits for {body.reason}"
            return f"{body.workflow}: {waits}{_way_on(body, event)}"
        case RunApproved() as body:
            return f"  approved by {body.by}"
        case RunStarted() as body:
            return f"{body.workflow}: run {event.run} of {body.commit[:10]}"
        case StepFinished() as body:
            return _step(body, event)
        case EnvironmentChanged() as body:
            return f"  {body.env} now stands at run {event.run}"
        case RunFinished() as body:
            figures = f"{body.executed} executed, {body.restored} restored"
            why = f": {body.error.words}" if body.error else ""
            return f"{body.workflow}: {body.status} in {took(body.seconds)}, {figures}{why}"
        case RunRefused() as body:
            refused = f"{body.workflow}: refused at {body.commit[:10]}: {body.reason}"
            way = way_out(body.reason)
            return f"{refused}\n  {way}" if way else refused
        case RunNone() as body:
            return f"{body.branch}: nothing to do for {body.commit[:10]}: {body.reason}"
        case _:
            return None


def _way_on(body: RunQueued, event: Event) -> str:
    needs_approval = body.reason.startswith("approval ")
    return f"\n  `git wf approve {event.run}` gives it" if needs_approval else ""


def _step(body: StepFinished, event: Event) -> str:
    name = clipped(" ".join((body.command, *body.args)))
    word = "restored" if body.cached else body.status
    why = f" ({_text(event, 'reason')})" if "reason" in event.extra else ""
    if body.error is not None and not name.endswith(f" {body.error.message}"):
        why = f": {body.error.words}"
    warning = f"\n    warning: {_text(event, 'warning')}" if "warning" in event.extra else ""
    return f"  {name}: {word} in {took(body.seconds)}{why}{warning}"


def _text(event: Event, key: str) -> str:
    import msgspec

    return msgspec.json.decode(event.extra[key], type=str)
