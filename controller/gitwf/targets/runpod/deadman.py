"""The dead-man's switch on a pod (`deadman.sh`), as what starts it: with the pod, or once we are let in."""

from __future__ import annotations

import math
import shlex
from decimal import Decimal
from functools import cache
from pathlib import Path

import msgspec

from gitwf.targets.runpod.wish import Terms

_SLACK = 60
"""Seconds beyond `orphan_after`: the guard of a job puts its outs aside before the pod ends."""

_BEYOND = 600
"""Seconds beyond the budget: a controller that is there stops the run in order before."""

_START = "/start.sh"
"""What RunPod's own images start (https://github.com/runpod/containers): sshd, and then nothing."""


class Switch(msgspec.Struct, frozen=True):
    """When a pod ends itself: after ``patience`` seconds without a job and a controller, or ``limit`` in all."""

    patience: int
    limit: int
    base: str

    @classmethod
    def of(cls, terms: Terms, left: Decimal | None, rate: Decimal, base: str) -> Switch:
        """Return the switch of a pod at ``rate`` USD an hour, for a run with ``left`` USD, or no limit."""
        limit = 0
        if left is not None and rate > 0:
            limit = math.ceil(max(Decimal(0), left) / rate * 3600) + _BEYOND
        patience = int(max(terms.orphan_after, terms.idle)) + _SLACK
        return cls(patience, limit, base)

    @property
    def command(self) -> str:
        """Shell text that starts it, in the background and for good."""
        words = ("/bin/sh", "-c", _script(), "git-wf-deadman", *map(str, self._words()))
        return f"{shlex.join(words)} < /dev/null > /dev/null 2>&1 &"

    @property
    def start_command(self) -> str:
        """The field ``args`` of a pod of RunPod's own image: it starts with the pod."""
        whole = f"{self.command}\nexec {_START}"
        return msgspec.json.encode({"cmd": ["/bin/sh", "-c", whole]}).decode()

    def _words(self) -> tuple[int, int, str]:
        return self.patience, self.limit, self.base.rstrip("/")


@cache
def _script() -> str:
    return Path(__file__).with_name("deadman.sh").read_text(encoding="utf-8")
