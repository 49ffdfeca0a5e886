"""Refusals of the API, and what a client does about each: a table, not a chain of conditions.

The table is from RunPod's document and from reports of its users; 400 is the trap: it means a request
that breaks a rule, or that nothing is free, and only its words tell which.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Move(StrEnum):
    """What a client does about a refusal."""

    NEXT = "next"
    """Ask for something else: the next GPU, cloud or data centre. If nothing is left, tell."""
    WAIT = "wait"
    """Wait as long as it says, and ask the same again: it had no effect."""
    AGAIN = "again"
    """Ask the same again, later and later. Whether it had an effect nobody knows."""
    GONE = "gone"
    """What was asked about is not there, or in another state. For who ends a pod: done."""
    STOP = "stop"
    """Stop, and tell what a person must do."""


class Rule(msgspec.Struct, frozen=True):
    """What a status means: the ``move``, and ``advice`` that ends the sentence for people."""

    move: Move
    advice: str = ""


RULES: Mapping[int, Rule] = {
    400: Rule(Move.NEXT),
    401: Rule(
        Move.STOP,
        "make a key at https://console.runpod.io/user/settings, `export RUNPOD_API_KEY=…`",
    ),
    402: Rule(
        Move.STOP,
        "put credit for an hour at least on the account: https://console.runpod.io/user/billing",
    ),
    403: Rule(Move.NEXT, "the key may not do this: give it leave to read and write pods"),
    404: Rule(Move.GONE),
    409: Rule(Move.GONE),
    410: Rule(
        Move.STOP,
        "this version of the API is gone: `RUNPOD_API_BASE_URL` should be https://api.runpod.io",
    ),
    413: Rule(Move.STOP, "the request is too long: shorten `env` of the target in `wf.toml`"),
    422: Rule(Move.STOP, "the settings of the target in `wf.toml` are not what RunPod takes"),
    429: Rule(Move.WAIT),
}
_OTHER = Rule(Move.STOP)
_BROKEN = Rule(Move.AGAIN)
_FIRST_OF_THE_SERVER = 500


def rule_of(status: int) -> Rule:
    """Return what is done about an answer with ``status``."""
    return _BROKEN if status >= _FIRST_OF_THE_SERVER else RULES.get(status, _OTHER)


class ApiError(OSError):
    """RunPod refuses. The message is one line: what it said, and what to do."""

    def __init__(self, status: int, said: str, retry_after: float | None = None) -> None:
        """``said`` are its words; ``retry_after`` the seconds that it asks to wait."""
        self.status = status
        self.said = said
        self.retry_after = retry_after
        advice = rule_of(status).advice
        super().__init__(f"RunPod answers {status} ({said}){f': {advice}' if advice else ''}")

    @property
    def move(self) -> Move:
        """What is done about it."""
        return rule_of(self.status).move


class UnansweredError(ApiError):
    """No answer came, or none that can be read: whether the request had an effect nobody knows."""

    def __init__(self, why: str) -> None:
        OSError.__init__(self, f"RunPod does not answer: {why}")
        self.status = 0
        self.said = why
        self.retry_after = None

    @property
    def move(self) -> Move:
        """Ask again; what must not be done twice is looked for first."""
        return Move.AGAIN


class NoKeyError(OSError):
    """There is no API key to ask with."""

    def __init__(self) -> None:
        super().__init__(
            "there is no `RUNPOD_API_KEY` in the environment of `git wf`: `export RUNPOD_API_KEY=…`"
        )
