"""A run as its workflow: the program that it played, and how far."""

from __future__ import annotations

from collections.abc import Sequence

from gitwf.app.history import find
from gitwf.app.session import Session, UsageError
from gitwf.language.graph.model import State
from gitwf.language.graph.standing import Standings
from gitwf.language.program import Program
from gitwf.plan.plan import decode
from gitwf.records.event import Event, RunFinished, StepFinished, StepStarted
from gitwf.records.journal import path_of, read
from gitwf.records.store import Records
from gitwf.repo.errors import RepositoryError


def played(session: Session, word: str) -> tuple[Program, Standings]:
    """Return the program of a run as its plan pins it, and how its commands stand.

    Raises:
        UsageError: if ``word`` names no run, or one that was recorded without its plan.
    """
    try:
        repository = session.repository()
        records = Records(repository)
        run = find(repository, records, word)
    except RepositoryError:
        message = f"there is no file or run `{word}`"
        raise UsageError(message, "`git wf log` lists the runs") from None
    if run in records.ongoing.runs():
        plan, events = records.ongoing.plan(run), read(path_of(records.state_dir, run))
    else:
        plan, events = records.runs.plan(run), records.runs.events(run)
    if plan is None:
        raise UsageError(f"the record of run `{run}` has no plan")
    program = decode(plan).program()
    return program, Standings(program.file, _states(events))


def _states(events: Sequence[Event]) -> dict[str, State]:
    """Return how the steps of a run stand; one that never ended was lost with the run."""
    over = any(isinstance(event.body, RunFinished) for event in events)
    states: dict[str, State] = {}
    for event in events:
        match event.body:
            case StepStarted(step=step):
                states[step] = State.LOST if over else State.RUNNING
            case StepFinished(step=step, status=status, cached=cached):
                states[step] = State.RESTORED if cached else State(status)
            case _:
                pass
    return states
