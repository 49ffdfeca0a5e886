"""What is said about runs while they are played."""

from __future__ import annotations

import msgspec
import pytest

from gitwf.cli.progress import listener
from gitwf.records.event import Body, Event, RunFinished, RunQueued, RunStarted, StepFinished

STARTED = RunStarted("a.wf", "c" * 40, "t", "main", "k", "commit", 1, None, "here")
QUEUED = RunQueued("a.wf", "c" * 40, "t", "main", "k", "commit", 1, None, "here")
STEP = StepFinished("1", "/x", (), 1, "succeeded", 0, 2.5)
ENDED = RunFinished("succeeded", "a.wf", "c" * 40, "main", "k", 3.0, 1, 0)

STEP_SAID = "  /x: succeeded in 2.50 s"
WAITS = f"a.wf: run R of {'c' * 10} waits for"
ENDED_SAID = "a.wf: succeeded in 3.00 s, 1 executed, 0 restored"

SAID: dict[str, tuple[list[Body], list[str]]] = {
    "a run from its start": (
        [STARTED, STEP, ENDED],
        [f"a.wf: run R of {'c' * 10}", STEP_SAID, ENDED_SAID],
    ),
    "a run that another process began": (
        [STEP, STEP, ENDED],
        ["run R is taken up", STEP_SAID, STEP_SAID, ENDED_SAID],
    ),
    "a run that waits for approval": (
        [msgspec.structs.replace(QUEUED, reason="approval to change `production`")],
        [
            f"{WAITS} approval to change `production`\n  `git wf approve R` gives it",
        ],
    ),
    "a run that waits for a deployment": (
        [msgspec.structs.replace(QUEUED, reason="`staging` at its commit")],
        [f"{WAITS} `staging` at its commit"],
    ),
    "the end of a run alone": ([ENDED], [ENDED_SAID]),
}


@pytest.mark.parametrize(("bodies", "lines"), SAID.values(), ids=SAID)
def test_a_line_belongs_to_a_run_that_was_named(bodies: list[Body], lines: list[str]) -> None:
    said: list[str] = []
    hear = listener(json=False, write=said.append)
    for body in bodies:
        hear(Event("", "", 0, "R", body))
    assert said == lines
