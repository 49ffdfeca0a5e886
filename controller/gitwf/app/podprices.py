"""What pods would cost: the first that is to be had by RunPod's catalogue, before anything is rented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from gitwf.app.foresight import PlannedStep
from gitwf.plan.place import Choice
from gitwf.targets.runpod.kind import KIND

if TYPE_CHECKING:
    from gitwf.config.settings import Target
    from gitwf.targets.runpod.kind import RunpodKind

_HOUR = 3600


class PlannedPod(msgspec.Struct, frozen=True):
    """Pods that a run would rent as ``target`` says, with its options.

    ``gpu``, ``count`` and ``cloud`` are those of the first that is to be had, at ``price_per_hour`` USD.
    ``seconds`` is how long the steps took that would run there, when they were last executed, and
    ``cost`` what that comes to in USD; None where no run tells. ``problem`` is why no price is known.
    """

    target: str
    options: Mapping[str, str] = {}
    gpu: str | None = None
    count: int = 1
    cloud: str | None = None
    price_per_hour: float | None = None
    seconds: float | None = None
    cost: float | None = None
    problem: str | None = None


def planned_pods(
    steps: Sequence[PlannedStep], kind: RunpodKind, tables: Mapping[str, Target]
) -> tuple[PlannedPod, ...]:
    """Return what would be rented for ``steps``; asks RunPod only where something would."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[PlannedStep]] = {}
    for step in steps:
        if Choice(step.target).kind == KIND and step.does != "restored":
            found.setdefault((step.target, tuple(sorted(step.options.items()))), []).append(step)
    return tuple(
        _priced(Choice(target, dict(options)), there, kind, tables)
        for (target, options), there in found.items()
    )


def _priced(
    choice: Choice, steps: Sequence[PlannedStep], kind: RunpodKind, tables: Mapping[str, Target]
) -> PlannedPod:
    pod = PlannedPod(choice.name, choice.options)
    try:
        known = kind.offers(choice, tables)
    except OSError as error:
        return msgspec.structs.replace(pod, problem=str(error))
    if not known.offers:
        passed = "; ".join(one.words for one in known.passed)
        return msgspec.structs.replace(pod, problem=f"none is to be had: {passed}")
    first = known.offers[0]
    took = [step.seconds for step in steps if step.seconds is not None]
    return PlannedPod(
        choice.name,
        choice.options,
        first.gpu,
        first.count,
        first.cloud,
        float(first.price),
        round(sum(took), 3) if took else None,
        round(float(first.price) * sum(took) / _HOUR, 4) if took else None,
    )
