"""`/pod:up`, `/pod:down` and `/pod:status`: the pods of a run, from within its workflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitwf.engine.commands.builtin import words
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Kind, Outcome, failed
from gitwf.language.value import Value, from_json
from gitwf.plan.place import Choice

if TYPE_CHECKING:
    from gitwf.engine.commands.builtin import Body
    from gitwf.targets.runpod.kind import RunpodKind
    from gitwf.targets.runpod.lease import Lease
    from gitwf.targets.runpod.rental import Rental

_TARGET = "runpod"


class PodCommands:
    """The commands of one run, whose pods ``kind`` gives."""

    def __init__(self, kind: RunpodKind, context: RunContext) -> None:
        self._kind = kind
        self._context = context

    def bodies(self) -> Mapping[str, Body]:
        """Return what each of the commands does."""
        return {"pod:up": self._up, "pod:down": self._down, "pod:status": self._status}

    def _up(self, values: Mapping[str, Value], call: Call, frame: Frame) -> Outcome:
        """Rent a pod that is kept for steps to come."""
        from gitwf.targets.runpod.errors import LostPodError

        run = self._context.targets.run
        try:
            pods = self._kind.pods(_choice(words(values)), self._context.settings.target, run)
            lease = pods.up(f"up-{call.step}", frame.stop.check, frame.stop.wait)
            return _told(_view(lease, self._kind.rental(run)))
        except LostPodError as error:
            return failed(call.failed(Kind.LOST, str(error), 137))
        except OSError as error:
            return failed(call.failed(Kind.START, str(error)))

    def _down(self, values: Mapping[str, Value], call: Call, _frame: Frame) -> Outcome:
        """End those that are named, or all that no step uses."""
        names = words(values)
        try:
            rental = self._kind.rental(self._context.targets.run)
            there = [lease for lease in rental.leases() if lease.may_cost]
            for name in names:
                if not any(name in {lease.name, lease.pod} for lease in there):
                    return failed(call.failed(Kind.MISSING, f"the run has no pod `{name}`"))
            chosen = [
                lease
                for lease in there
                if ({lease.name, lease.pod} & set(names) if names else lease.job is None)
            ]
            if used := next((lease for lease in chosen if lease.job is not None), None):
                message = f"pod `{used.name}` is used by step `{used.job}`"
                return failed(call.failed(Kind.START, message))
            ended = [rental.end(lease, "was ended by `/pod:down`") for lease in chosen]
            return _told([_view(lease, rental) for lease in ended])
        except OSError as error:
            return failed(call.failed(Kind.START, str(error)))

    def _status(self, _values: Mapping[str, Value], call: Call, _frame: Frame) -> Outcome:
        """Tell of all pods that the run has and had, and of what they cost."""
        try:
            rental = self._kind.rental(self._context.targets.run)
            return _told([_view(lease, rental) for lease in rental.leases()])
        except OSError as error:
            return failed(call.failed(Kind.START, str(error)))


def _choice(given: list[str]) -> Choice:
    """Return the pods that words mean: `[target.NAME]` by its name, `[target.runpod]` without, and options."""
    is_named = bool(given) and ":" not in given[0]
    name, options = (f"{_TARGET}:{given[0]}", given[1:]) if is_named else (_TARGET, given)
    return Choice.of([name, *options]) or Choice(name)


def _view(lease: Lease, rental: Rental) -> dict[str, object]:
    from gitwf.targets.runpod.money import cents

    now = rental.account.fleet.recent().now
    return {
        "name": lease.name,
        "pod": lease.pod,
        "state": lease.state.value,
        "gpu": lease.offer.gpu,
        "count": lease.offer.count,
        "cloud": lease.offer.cloud,
        "price_per_hour": float(lease.cost if lease.cost is not None else lease.offer.price),
        "spent": float(cents(lease.cost_until(now))),
        "host": lease.address.host if lease.address else None,
        "port": lease.address.port if lease.address else None,
    }


def _told(what: object) -> Outcome:
    text = json.dumps(what, ensure_ascii=False)
    return Outcome(result=from_json(text), output=(f"{text}\n".encode(),))
