"""When something that failed is tried again: what `retry:` and the field ``retry`` say."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from gitwf.duration import parse_duration


class Policy(msgspec.Struct, frozen=True):
    """When and how often to try again.

    ``count`` further attempts; before the first of them ``delay`` seconds, before each later one
    ``backoff`` times as many, ``limit`` at the most. ``jitter`` is the share of a delay by which
    chance makes it longer or shorter. ``kinds`` of errors; None: all.
    """

    count: int = 0
    delay: float = 0.0
    backoff: float = 1.0
    limit: float | None = None
    jitter: float = 0.0
    kinds: frozenset[str] | None = None

    def retries(self, kind: str) -> bool:
        """Return whether an error of this kind is tried again; a cancelled one never is."""
        return kind != "cancelled" and (self.kinds is None or kind in self.kinds)

    def pause(self, attempt: int, chance: float) -> float:
        """Return the seconds to wait after an attempt (from 1); ``chance`` is from -1 to 1."""
        if not self.delay:
            return 0.0
        try:
            grown = self.delay * self.backoff ** (attempt - 1)
        except OverflowError:
            grown = math.inf
        seconds = grown * (1 + self.jitter * chance)
        return seconds if self.limit is None else min(seconds, self.limit)


def policy_of(count: int, options: Mapping[str, str]) -> Policy:
    """Return the policy that a count and options say, whose texts have the forms they must have."""
    return Policy(
        count,
        parse_duration(options.get("delay", "0")) or 0.0,
        float(options.get("backoff", 1)),
        parse_duration(options["max"]) if "max" in options else None,
        float(options.get("jitter", 0)),
        frozenset(options["on"].split(",")) if "on" in options else None,
    )
