"""What people are told of an event, as values."""

from __future__ import annotations

import msgspec

from gitwf.records.event import EnvironmentChanged, Event, RunFinished, RunRefused

_SHORT = 10

FAILED, RECOVERED, DEPLOYED = "failed", "recovered", "deployed"
"""Kinds of messages that ``[notify] on`` names."""

SAID, STATUS = "said", "status"
"""Kinds of their own: what `/notify` says, and the status of a commit."""


class Message(msgspec.Struct, frozen=True):
    """A message of some ``kind``; ``id`` and ``at`` are those of its event."""

    id: str
    kind: str
    text: str
    at: str
    run: str | None = None
    workflow: str | None = None
    branch: str | None = None
    commit: str | None = None
    env: str | None = None


def is_telling(event: Event) -> bool:
    """Return whether people may be told of ``event``."""
    return isinstance(event.body, RunFinished | RunRefused | EnvironmentChanged)


def message_of(event: Event, before: str | None) -> Message | None:
    """Return what people are told of ``event``, or None.

    ``before`` is the status of the run of the same workflow and branch that ended last before it.
    """
    match event.body:
        case RunRefused(workflow, commit, branch, reason):
            text = f"{_place(workflow, branch, commit)} was refused: {reason}"
            return Message(event.id, FAILED, text, event.at, None, workflow, branch, commit)
        case RunFinished() as body:
            return _of_end(event, body, before)
        case EnvironmentChanged(env=env, commit=commit):
            text = f"{env} stands at {commit[:_SHORT]} now (run {event.run})"
            return Message(event.id, DEPLOYED, text, event.at, event.run, commit=commit, env=env)
        case _:
            return None


def _of_end(event: Event, body: RunFinished, before: str | None) -> Message | None:
    place = _place(body.workflow, body.branch, body.commit)
    if body.status in {"failed", "lost"}:
        why = f": {body.error.words}" if body.error else ""
        kind, text = FAILED, f"{place} {body.status}{why} (run {event.run})"
    elif body.status == "succeeded" and before in {"failed", "lost"}:
        kind, text = RECOVERED, f"{place} succeeds again (run {event.run})"
    else:
        return None
    return Message(
        event.id, kind, text, event.at, event.run, body.workflow, body.branch, body.commit
    )


def _place(workflow: str, branch: str | None, commit: str) -> str:
    on = f" on {branch}" if branch else ""
    return f"{workflow}{on} at {commit[:_SHORT]}"
