"""Laws of the scheduler: limits are kept, who came first goes first, and nothing waits for ever."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gitwf.engine.unit.turns import Turns

LIMITS = {"gpus": 2.0, "mem": 8.0, "jobs": 3.0}
NEEDS = st.dictionaries(
    st.sampled_from(sorted(LIMITS)), st.integers(1, 8).map(float), min_size=1
).map(lambda needs: {name: min(need, LIMITS[name]) for name, need in needs.items()})


class Scheduler(RuleBasedStateMachine):
    """Jobs come, get their turn, end, or give up, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = Turns()
        self.waiting: dict[int, dict[str, float]] = {}
        self.running: list[dict[str, float]] = []

    def due(self) -> list[int]:
        return [ticket for ticket in self.waiting if self.turns.is_due(ticket, LIMITS)]

    @rule(needs=NEEDS)
    def come(self, needs: dict[str, float]) -> None:
        self.waiting[self.turns.queue(needs)] = needs

    @precondition(lambda self: bool(self.due()))
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.due()))
        needs = self.waiting.pop(ticket)
        self.turns.take(needs)
        self.turns.leave(ticket)
        self.running.append(needs)

    @precondition(lambda self: bool(self.running))
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.running) - 1))
        self.turns.give_back(self.running.pop(at))

    @precondition(lambda self: bool(self.waiting))
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(sorted(self.waiting)))
        assume(ticket in self.waiting)
        del self.waiting[ticket]
        self.turns.leave(ticket)

    @invariant()
    def what_is_taken_is_what_runs_and_within_the_limits(self) -> None:
        for name, limit in LIMITS.items():
            taken = sum(needs.get(name, 0) for needs in self.running)
            assert self.turns.taken.get(name, 0) == taken <= limit

    @invariant()
    def nobody_is_overtaken_by_who_needs_the_same(self) -> None:
        for ticket in self.due():
            before = [needs for other, needs in self.waiting.items() if other < ticket]
            assert not any(self.waiting[ticket].keys() & needs.keys() for needs in before)

    @invariant()
    def somebody_can_begin_where_nothing_runs(self) -> None:
        assert self.running or not self.waiting or self.due()


TestScheduler = Scheduler.TestCase
