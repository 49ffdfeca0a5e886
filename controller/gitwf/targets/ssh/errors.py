"""What can go wrong with a machine that is reached over SSH: one line each, with what to do."""

from __future__ import annotations


class SshError(OSError):
    """A machine cannot be used. The message is one line: what is wrong, and what to do."""


class UnreachableError(SshError):
    """Nothing answers, or the connection was cut: it may pass, try again."""


class RefusedError(SshError):
    """The machine is not the one it should be, or lets us not in: a person must act."""


class FarError(SshError):
    """The machine answers and cannot do what it is asked: no room, no shell, no right to write."""


class FullError(FarError):
    """The disk there is full."""
