"""When something that failed is tried again."""

from __future__ import annotations

import pytest

from gitwf.plan.retry import Policy, policy_of

PAUSES = {
    "none": (Policy(3), [0, 0, 0]),
    "the same": (Policy(3, 2), [2, 2, 2]),
    "growing": (Policy(3, 2, 3), [2, 6, 18]),
    "up to a limit": (Policy(3, 2, 3, 5), [2, 5, 5]),
    "chance adds a share": (Policy(3, 2, 1, None, 0.5), [3, 3, 3]),
    "not beyond the limit": (Policy(3, 2, 1, 2.5, 0.5), [2.5, 2.5, 2.5]),
}


@pytest.mark.parametrize(("policy", "pauses"), PAUSES.values(), ids=PAUSES)
def test_pauses(policy: Policy, pauses: list[float]) -> None:
    assert [policy.pause(attempt, 1) for attempt in (1, 2, 3)] == pauses


def test_a_pause_may_be_beyond_counting() -> None:
    assert Policy(9, 1, 1e300).pause(5, 0) == float("inf")
    assert Policy(9, 1, 1e300, 60).pause(5, 0) == 60


@pytest.mark.parametrize(
    ("kinds", "kind", "retried"),
    [
        (None, "exit", True),
        (None, "cancelled", False),
        ({"timeout"}, "timeout", True),
        ({"timeout"}, "exit", False),
        ({"cancelled"}, "cancelled", False),
    ],
)
def test_kinds(kinds: set[str] | None, kind: str, *, retried: bool) -> None:
    policy = Policy(1, kinds=None if kinds is None else frozenset(kinds))
    assert policy.retries(kind) is retried


def test_options() -> None:
    options = {"delay": "1m", "backoff": "1.5", "max": "1h", "jitter": "0.1", "on": "exit,lost"}
    assert policy_of(2, options) == Policy(2, 60, 1.5, 3600, 0.1, frozenset({"exit", "lost"}))
    assert policy_of(0, {}) == Policy()
