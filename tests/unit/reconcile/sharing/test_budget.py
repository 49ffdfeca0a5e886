"""How often a remote is bothered."""

from __future__ import annotations

from gitwf.reconcile.sharing.budget import PERIOD, PUSHES, Backoff, Budget


def test_six_at_once_and_then_one_every_ten_seconds() -> None:
    budget = Budget(0.0)
    for _ in range(PUSHES):
        assert budget.wait(0.0) == 0.0
        budget.spend(0.0)
    assert budget.wait(0.0) == PERIOD / PUSHES
    assert budget.wait(4.0) == PERIOD / PUSHES - 4.0
    budget.spend(10.0)
    assert budget.wait(10.0) == PERIOD / PUSHES
    assert budget.wait(1000.0) == 0.0


def test_pauses_grow_up_to_five_minutes_and_begin_anew() -> None:
    backoff = Backoff()
    assert backoff.is_idle
    assert [backoff.fail(0.0) for _ in range(9)] == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    backoff.succeed()
    assert (backoff.fail(1.0), backoff.fail(-1.0)) == (3.0, 2.0)
    for _ in range(100):
        backoff.fail(0.0)
    assert backoff.fail(0.0) == 300.0
