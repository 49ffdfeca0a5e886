"""From events to what is known of a run: a fold that neither order nor doubled lines can change."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import UNSET, Raw

from gitwf.records.event import (
    EnvironmentChanged,
    EnvironmentChanging,
    Error,
    Event,
    PodCreated,
    PodGone,
    PodReady,
    RunAdopted,
    RunApproved,
    RunFinished,
    RunQueued,
    RunStarted,
    StepFinished,
    encode,
)

WAITING = "waiting"
"""The status of a run that was queued and has not begun."""

OPEN = frozenset((WAITING, "running"))
"""The statuses of a run that has not ended."""


class EnvironmentState(msgspec.Struct, frozen=True):
    """An environment that a run changed or set out to change.

    ``state`` is ``deployed``, ``changing`` (the effect began) or ``unknown`` (it began, did not
    succeed, and the run is over); ``since`` is a time.
    """

    env: str
    state: str
    run: str
    commit: str
    since: str


class PodRecord(msgspec.Struct, frozen=True):
    """A pod that a run paid for. Money in USD; ``seconds`` and ``spent`` None: it is not known to be gone."""

    pod: str
    name: str
    gpu: str
    count: int
    cloud: str
    price_per_hour: float
    created: str
    ready: str | None = None
    gone: str | None = None
    reason: str = ""
    seconds: float | None = None
    spent: float | None = None
    billed: float | None = None


class RunRecord(msgspec.Struct, frozen=True):
    """A run, as `git wf log --json` and `show --json` print it.

    ``status`` is ``waiting``, ``running``, ``succeeded``, ``failed``, ``cancelled`` or ``lost``;
    ``started`` is a time or None; ``seconds`` is wall time, None until the end. ``steps`` are the
    ``step.finished`` events, in order. ``waits`` says what it was queued for, ``approved`` who approved
    it; ``occasion`` and ``effects_done`` are those of its first event. ``pods`` are those it paid for, and
    ``spent`` what they cost it in USD.
    """

    run: str
    workflow: str
    commit: str
    tree: str
    branch: str | None
    key: str
    status: str
    attempt: int = 1
    started: str | None = None
    seconds: float | None = None
    executed: int = 0
    restored: int = 0
    metrics: dict[str, Raw] = {}
    envs: tuple[EnvironmentState, ...] = ()
    steps: tuple[Raw, ...] = ()
    trigger: str = ""
    of: str | None = None
    owner: str | None = None
    error: Error | None = None
    ref: str | None = None
    restorable: str = "no"
    dirty: bool = False
    waits: str | None = None
    approved: str | None = None
    occasion: str | None = None
    effects_done: str | None = None
    pods: tuple[PodRecord, ...] = ()
    spent: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended for good."""
        return self.status not in OPEN

    def summary(self) -> RunRecord:
        """Return the record without its steps."""
        return msgspec.structs.replace(self, steps=())


def ordered(events: Iterable[Event]) -> list[Event]:
    """Return ``events`` in the order that all readers agree on, each once."""
    return sorted({event.id: event for event in events}.values(), key=lambda event: event.order)


def fold(events: Iterable[Event]) -> RunRecord | None:
    """Return what ``events``, all of one run, say of it; None where it never began.

    The first event that ends the run counts; whatever another controller wrote later does not, nor what
    one wrote before another had taken the run over.
    """
    known = ordered(events)
    begun = [e for e in known if isinstance(e.body, RunQueued | RunStarted)]
    if not begun:
        return None
    started = next((e for e in known if isinstance(e.body, RunStarted)), None)
    adopted = next((e.body for e in reversed(known) if isinstance(e.body, RunAdopted)), None)
    end = end_of(known)
    record = _begin(begun, started)
    if adopted is not None:
        record = msgspec.structs.replace(record, owner=adopted.owner)
    approved = next((e.body.by for e in known if isinstance(e.body, RunApproved)), None)
    envs = _environments(known, is_over=end is not None)
    steps = {e.body.step: Raw(encode(e)) for e in known if isinstance(e.body, StepFinished)}
    pods = _pods(known)
    spent = round(sum(pod.spent or 0.0 for pod in pods), 6) if pods else None
    record = msgspec.structs.replace(
        record, envs=envs, steps=tuple(steps.values()), approved=approved, pods=pods, spent=spent
    )
    return record if end is None else _finish(record, end)


def end_of(events: Iterable[Event]) -> RunFinished | None:
    """Return how a run ended by ``events``, which are in order; None where it has not."""
    end: RunFinished | None = None
    for event in events:
        if isinstance(event.body, RunAdopted):
            end = None
        elif isinstance(event.body, RunFinished) and end is None:
            end = event.body
    return end


def _begin(begun: list[Event], started: Event | None) -> RunRecord:
    event = started or begun[0]
    body = event.body
    if not isinstance(body, RunQueued | RunStarted):
        raise TypeError(f"a run does not begin with {event.type}")
    waits = next((e.body.reason for e in begun if isinstance(e.body, RunQueued)), None)
    return RunRecord(
        run=event.run or "",
        workflow=body.workflow,
        commit=body.commit,
        tree=body.tree,
        branch=body.branch,
        key=body.key,
        status="running" if started else WAITING,
        attempt=body.attempt,
        started=started.at if started else None,
        trigger=body.trigger,
        of=body.of,
        owner=body.owner,
        dirty=body.dirty is True,
        waits=waits,
        occasion=None if body.occasion is UNSET else body.occasion,
        effects_done=None if body.effects_done is UNSET else body.effects_done,
    )


def _finish(record: RunRecord, end: RunFinished) -> RunRecord:
    return msgspec.structs.replace(
        record,
        status=end.status,
        seconds=end.seconds,
        executed=end.executed,
        restored=end.restored,
        metrics=end.metrics,
        error=end.error,
        ref=end.ref,
        restorable=end.restorable,
    )


def _environments(events: list[Event], *, is_over: bool) -> tuple[EnvironmentState, ...]:
    states: dict[str, EnvironmentState] = {}
    for event in events:
        body = event.body
        if isinstance(body, EnvironmentChanged):
            state = "deployed"
        elif isinstance(body, EnvironmentChanging):
            state = "unknown" if is_over else "changing"
        else:
            continue
        run = event.run or ""
        states[body.env] = EnvironmentState(body.env, state, run, body.commit, event.at)
    return tuple(states.values())


def _pods(events: list[Event]) -> tuple[PodRecord, ...]:
    """Return the pods that were made, in the order in which they were, with what became of each."""
    pods: dict[str, PodRecord] = {}
    for event in events:
        match event.body:
            case PodCreated() as made if made.pod not in pods:
                pods[made.pod] = PodRecord(
                    made.pod,
                    made.name,
                    made.gpu,
                    made.count,
                    made.cloud,
                    made.price_per_hour,
                    event.at,
                )
            case PodReady(pod=pod) if pod in pods and pods[pod].ready is None:
                pods[pod] = msgspec.structs.replace(pods[pod], ready=event.at)
            case PodGone(pod=pod) as end if pod in pods and pods[pod].gone is None:
                pods[pod] = msgspec.structs.replace(
                    pods[pod],
                    gone=event.at,
                    reason=end.reason,
                    seconds=end.seconds,
                    spent=end.spent,
                    billed=end.billed,
                )
            case _:
                pass
    return tuple(pods.values())
