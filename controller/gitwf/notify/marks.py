"""What an event makes of its commit: a commit status, as GitHub shows it."""

from __future__ import annotations

import msgspec
from msgspec import structs

from gitwf.engine.replay.mask import Mask
from gitwf.github.wire import Status
from gitwf.notify.message import STATUS, Message
from gitwf.notify.outbox import Outbox
from gitwf.records.event import Event, RunFinished, RunQueued, RunRefused, RunStarted

_LONGEST = 140
"""Characters of a description that GitHub takes."""

_STATES = {"succeeded": "success", "failed": "failure"}


class Mark(msgspec.Struct, frozen=True):
    """A commit and the status that it has now."""

    commit: str
    status: Status


def mark_of(event: Event, page: str | None = None) -> Mark | None:
    """Return the status that ``event`` gives to a commit, or None; ``page`` is where more is to be seen."""
    match event.body:
        case RunQueued(workflow=workflow, commit=commit, reason=reason):
            state, text = "pending", f"waits: {reason}" if reason else "waits"
        case RunStarted(workflow=workflow, commit=commit):
            state, text = "pending", f"run {event.run} goes on"
        case RunRefused(workflow=workflow, commit=commit, reason=reason):
            state, text = "failure", f"refused: {reason}"
        case RunFinished(workflow=workflow, commit=commit) as body:
            state, text = _STATES.get(body.status, "error"), _ended(event, body)
        case _:
            return None
    return Mark(commit, Status(state, f"git wf / {workflow}", text, page))


def put_mark(outbox: Outbox, event: Event, mark: Mark, mask: Mask) -> None:
    """Have the status of a commit set, without the values of secrets."""
    status = mark.status
    text = _short(mask.text(status.description))
    masked = structs.replace(status, context=mask.text(status.context), description=text)
    message = Message(event.id, STATUS, text, event.at, event.run, commit=mark.commit)
    outbox.add_status(message, masked)


def _ended(event: Event, body: RunFinished) -> str:
    if body.error is not None:
        return f"{body.status}: {body.error.words}"
    figures = f"{body.executed} executed, {body.restored} restored"
    return f"{body.status}: {figures} (run {event.run})"


def _short(text: str) -> str:
    flat = " ".join(text.encode("utf-8", "replace").decode().split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}…"
