"""The run that a run retries: what succeeded there is kept, and not done again.

Stages need nothing of this: they come from DVC's cache. A command without outs is kept where the files
that it wrote are still there, and nothing before it has to be done again. An effect is kept as long
as its environment stands at what it made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from gitwf.engine.replay.folders import newest_folder
from gitwf.engine.replay.steps import Call, Ended
from gitwf.engine.replay.values import Values
from gitwf.engine.unit.outcome import Outcome
from gitwf.language.value import from_json
from gitwf.records.event import Event, FileKept, StepFinished, StepStarted

_AFTERWARDS = frozenset(("catch", "finally", "on_failure", "on_success", "on_exit"))
"""Parts of a flow that depend on how another part ended: they are always played."""

_PLACE = re.compile(r"(\d+)(?:\.(\d+))?(?:\[\d+\])*")
_ATTEMPT = re.compile(r"\[\d+\]$")


class Earlier:
    """The run ``run`` as its retry sees it.

    ``folder`` is the run's, ``has_files`` whether the retry has its workspace, ``stands`` says whether
    an environment stands at it. ``done_by``: who says that its lost effects succeeded.
    """

    def __init__(
        self,
        run: str,
        events: Iterable[Event],
        folder: Path,
        stands: Callable[[str], bool],
        *,
        has_files: bool,
        done_by: str | None,
    ) -> None:
        self._run = run
        self._folder = folder
        self._stands = stands
        self._has_files = has_files
        self._done_by = done_by
        self._events = list(events)
        self._last = last_outcomes(self._events)
        self._failed = [step for step, event in self._last.items() if not _succeeded(event)]

    def ended(self, call: Call, effect: str | None) -> Ended | None:
        """Return how ``call`` ended there, where that is kept; ``effect`` is what it changes."""
        if _is_afterwards(call.step):
            return None
        if effect is not None:
            return self._effect(call, effect)
        event = self._last.get(call.step)
        if not self._has_files or event is None or not self._is_settled(call.step):
            return None
        return self._kept(call, event)

    def files(self) -> Iterator[Event]:
        """Yield that files were written, by what is not played again."""
        for event in self._events if self._has_files else ():
            if isinstance(event.body, FileKept) and self._is_settled(event.body.step):
                yield event

    def _effect(self, call: Call, env: str) -> Ended | None:
        attempts = (s for s in self._last if _ATTEMPT.sub("", s) == call.step)
        for step in (call.step, *attempts):
            event = self._last.get(step)
            if event is None and self._done_by and step in begun(self._events):
                return self._taken_as_done()
            if event is None:
                continue
            if self._done_by and is_lost(event):
                return self._taken_as_done()
            if self._stands(env) and (kept := self._kept(call, event)):
                return kept
        return None

    def _kept(self, call: Call, event: Event) -> Ended | None:
        body = event.body
        assert isinstance(body, StepFinished)  # noqa: S101  (that is what they were found by)
        if not _succeeded(event) or (body.command, body.args) != (call.command, call.args):
            return None
        out = newest_folder(self._folder, body.step) / "out"
        metrics = from_json(bytes(event.extra.get("metrics", b"{}")).decode())
        return Ended(
            Outcome(
                result=Values(self._folder / "results").value(body.result),
                output=(out,) if out.is_file() else (),
            ),
            cached=True,
            outs=body.outs,
            metrics=metrics if isinstance(metrics, dict) else {},
            reason=f"kept from run {self._run}",
        )

    def _taken_as_done(self) -> Ended:
        return Ended(Outcome(), cached=True, reason=f"taken as done by {self._done_by}")

    def _is_settled(self, step: str) -> bool:
        """Return whether nothing that did not succeed comes before ``step``, and it is no afterwards."""
        return not _is_afterwards(step) and not any(precedes(bad, step) for bad in self._failed)


def last_outcomes(events: Iterable[Event]) -> Mapping[str, Event]:
    """Return the last ``step.finished`` of each step."""
    return {e.body.step: e for e in events if isinstance(e.body, StepFinished)}


def begun(events: Iterable[Event]) -> frozenset[str]:
    """Return the steps that were begun."""
    return frozenset(e.body.step for e in events if isinstance(e.body, StepStarted))


def is_lost(event: Event) -> bool:
    """Return whether nobody knows how a step ended."""
    return isinstance(event.body, StepFinished) and event.body.status == "lost"


def lost_steps(events: Iterable[Event], commands: Iterable[str]) -> list[StepStarted]:
    """Return the steps that call one of ``commands`` and of which nobody knows how they ended."""
    known = list(events)
    last, named = last_outcomes(known), frozenset(commands)
    started = {e.body.step: e.body for e in known if isinstance(e.body, StepStarted)}
    return [
        body
        for step, body in started.items()
        if body.command in named and (step not in last or is_lost(last[step]))
    ]


def precedes(first: str, second: str) -> bool:
    """Return whether the step ``first`` comes before ``second`` in the same sequence.

    Branches, trials and attempts stand beside each other: none comes before another.
    """
    parts = zip(first.split("/"), second.split("/"), strict=False)
    one, other = next((pair for pair in parts if pair[0] != pair[1]), ("", ""))
    places = _order(one), _order(other)
    return all(places) and places[0] < places[1]


def _order(part: str) -> tuple[int, ...]:
    """Return where a line and what stands in it come in their block; nothing for other parts."""
    found = _PLACE.fullmatch(part)
    return (int(found[1]), int(found[2] or 0)) if found else ()


def _is_afterwards(step: str) -> bool:
    return not _AFTERWARDS.isdisjoint(step.split("/"))


def _succeeded(event: Event) -> bool:
    return isinstance(event.body, StepFinished) and event.body.status == "succeeded"


NOTHING = Earlier("", (), Path(), lambda _: False, has_files=False, done_by=None)
"""What a run that retries none has from earlier."""
