"""Whether a run whose owner is gone can be played on in another clone: what its records say of it.

Its jobs on other machines can be adopted by anyone, and what its stages wrote is in DVC's cache or remote,
or is made again. What a command did to the workspace beside that, nobody else has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitwf.language.program import Program
from gitwf.records.event import (
    EnvironmentChanged,
    EnvironmentChanging,
    Event,
    FileAppending,
    FileKept,
    StepFinished,
    StepStarted,
    ValueRead,
    VariableSet,
)
from gitwf.records.fold import ordered

_FINAL = frozenset(("succeeded", "failed", "timeout", "lost"))

_LEAVE_NOTHING = frozenset(("echo", "sleep", "fail", "notify", "ssh", "scp:put"))
"""Built-in commands that leave nothing in the workspace; those of results do not either."""

_FILED = b'{"sha256":'
"""How a value begins on record that is in a file of the owner's clone."""


def elsewhere(events: Iterable[Event]) -> dict[str, str]:
    """Return the steps whose jobs may go on on other machines, with their targets."""
    started, finished = _steps(events)
    return {s: b.target for s, b in started.items() if s not in finished and b.target != "local"}


def hindrance(events: Iterable[Event], program: Program) -> str | None:
    """Return why another clone cannot play on a run of ``program`` that has done ``events``; None: it can."""
    known = ordered(events)
    if not elsewhere(known):
        return "nothing of it goes on on another machine"
    return next(_hindrances(known, program), None)


def _hindrances(events: list[Event], program: Program) -> Iterator[str]:
    started, finished = _steps(events)
    for step, begun in started.items():
        if step not in finished and begun.target == "local":
            yield f"`{begun.command}` was begun on the machine of its owner"
    for step, ended in finished.items():
        if step in started and _leaves_something(ended, started[step].target, program):
            yield f"what `{ended.command}` did to the workspace is with its owner"
    yield from _written(events)
    yield from (f"nobody knows whether it has changed `{env}`" for env in _changing(events))


def _written(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        match event.body:
            case FileAppending(path=path) | FileKept(path=path):
                yield f"`{path}`, which it has written, is with its owner"
            case ValueRead(value=value) | VariableSet(value=value) | StepFinished(result=value):
                if bytes(value).startswith(_FILED):
                    yield "a long value is with its owner"
            case _:
                pass


def _changing(events: Iterable[Event]) -> list[str]:
    """Return the environments that an effect of unknown end may have changed."""
    found: set[str] = set()
    for event in events:
        match event.body:
            case EnvironmentChanging(env=env):
                found.add(env)
            case EnvironmentChanged(env=env):
                found.discard(env)
            case _:
                pass
    return sorted(found)


def _steps(events: Iterable[Event]) -> tuple[dict[str, StepStarted], dict[str, StepFinished]]:
    started: dict[str, StepStarted] = {}
    finished: dict[str, StepFinished] = {}
    for event in events:
        match event.body:
            case StepStarted() as body:
                started[body.step] = body
            case StepFinished() as body if body.status in _FINAL:
                finished[body.step] = body
            case _:
                pass
    return started, finished


def _leaves_something(ended: StepFinished, target: str, program: Program) -> bool:
    """Return whether the workspace may hold more of a command than its outs."""
    if target != "local" or (ended.outs and ended.status == "succeeded"):
        return False
    name = ended.command.removeprefix("/")
    known = program.definitions.get(name)
    if known is not None:
        return known.definition.field("effect") is None or ended.status != "succeeded"
    return name not in _LEAVE_NOTHING and not name.startswith("results:")
