"""What a pass may do about runs, as values: `decide` gives them, `apply` does them."""

from __future__ import annotations

import msgspec


class Start(msgspec.Struct, frozen=True, tag=True):
    """Start a run of ``workflow`` for ``commit``.

    ``trigger`` and ``occasion`` are those of its record. A run that ``waits`` for something is queued.
    """

    workflow: str
    branch: str | None
    commit: str
    trigger: str = "commit"
    occasion: str | None = None
    waits: str = ""


class Resume(msgspec.Struct, frozen=True, tag=True):
    """Take up a run of ours again that nobody plays."""

    run: str
    workflow: str


class Adopt(msgspec.Struct, frozen=True, tag=True):
    """Play on a run of another clone, whose owner is gone and whose jobs are elsewhere."""

    run: str
    workflow: str


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Stop a run that is played here, because ``commit`` has come since."""

    run: str
    workflow: str
    commit: str


class Drop(msgspec.Struct, frozen=True, tag=True):
    """End a run that has not begun as cancelled."""

    run: str
    reason: str


class Withdraw(msgspec.Struct, frozen=True, tag=True):
    """Have a run cancelled, wherever it is played, because its branch asks for it no more."""

    run: str
    reason: str


class Lose(msgspec.Struct, frozen=True, tag=True):
    """End a run as lost, because nobody can play it on; ``reason`` says why."""

    run: str
    reason: str


class Refuse(msgspec.Struct, frozen=True, tag=True):
    """Record that ``workflow`` cannot run at ``commit`` until a person mends it."""

    workflow: str
    branch: str | None
    commit: str
    reason: str


class NoteNone(msgspec.Struct, frozen=True, tag=True):
    """Record that ``commit`` asks for nothing, and why."""

    commit: str
    branch: str
    reason: str


Action = Start | Resume | Adopt | Cancel | Drop | Withdraw | Lose | Refuse | NoteNone
