"""A run that another clone began: what of its journal answers here, and where its jobs are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import UNSET

from gitwf.engine.replay.folders import job_folder
from gitwf.records.event import Event, JobPlaced, RunAdopted, RunStarted, StepFinished

_LOST = re.compile(r"(?P<step>.+)\.lost(?P<number>\d+)")


def answering(events: Sequence[Event], effects: Collection[str]) -> Iterator[Event]:
    """Yield those of ``events`` that answer in this clone.

    What a stage wrote before the run was adopted is in no workspace here: it is looked up anew, and
    restored or made again. The commands in ``effects`` are done once, wherever that was.
    """
    adopted = max((n for n, e in enumerate(events) if isinstance(e.body, RunAdopted)), default=-1)
    for number, event in enumerate(events):
        body = event.body
        is_stage = isinstance(body, StepFinished) and body.outs and body.command not in effects
        if number > adopted or not is_stage:
            yield event


def epoch_of(events: Iterable[Event]) -> int | None:
    """Return the number of the lease by which the run is its owner's; None where it has not begun."""
    own = [e.epoch for e in events if isinstance(e.body, RunStarted | RunAdopted)]
    return own[-1] if own else None


def name_elsewhere_of(events: Iterable[Event]) -> str | None:
    """Return what the run has said that its repository is called on other machines, or None."""
    names = (e.body.elsewhere for e in events if isinstance(e.body, RunStarted))
    return next((name for name in names if name is not UNSET), None)


def lay_out_jobs(folder: Path, events: Iterable[Event]) -> None:
    """Make the folders of jobs that were begun again after others were lost: the newest counts."""
    for event in events:
        found = _LOST.fullmatch(event.body.job) if isinstance(event.body, JobPlaced) else None
        if found is None:
            continue
        for lost in range(1, int(found["number"]) + 1):
            job_folder(folder, found["step"], lost).mkdir(parents=True, exist_ok=True)
