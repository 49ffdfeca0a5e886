"""What a run waits for that may change environments."""

from __future__ import annotations

import pytest

from gitwf.config.settings import Environment
from gitwf.reconcile.hold import hold

RULES = {
    "staging": Environment(),
    "production": Environment(approve=True, after=("staging", "canary")),
    "archive": Environment(approve=True),
    "mirror": Environment(after=("production",)),
}
BOTH = ("canary", "staging")

CASES: dict[str, tuple[tuple[str, ...], bool, tuple[str, ...], str]] = {
    "nothing is changed": ((), False, (), ""),
    "it has no rules": (("staging",), False, (), ""),
    "nobody knows it": (("elsewhere",), False, (), ""),
    "it needs approval": (("archive",), False, (), "approval to change `archive`"),
    "it is approved": (("archive",), True, (), ""),
    "another comes first": (("mirror",), False, (), "`production` at its commit"),
    "another came first": (("mirror",), False, ("production",), ""),
    "both": (
        ("production",),
        False,
        (),
        "approval to change `production` and `canary`, `staging` at its commit",
    ),
    "one of two stands": (("production",), True, ("staging",), "`canary` at its commit"),
    "approved, and both stand": (("production",), True, BOTH, ""),
    "the run itself sees to what comes first": (("production", "mirror"), True, BOTH, ""),
    "two need approval": (
        ("archive", "production"),
        False,
        BOTH,
        "approval to change `archive`, `production`",
    ),
}


@pytest.mark.parametrize(("changes", "approved", "standing", "expected"), CASES.values(), ids=CASES)
def test_a_run_waits_for(
    changes: tuple[str, ...],
    approved: bool,  # noqa: FBT001
    standing: tuple[str, ...],
    expected: str,
) -> None:
    assert hold(changes, RULES, approved=approved, standing=standing) == expected
