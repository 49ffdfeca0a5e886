"""What runs at once is limited: by `[controller] jobs`, and by named resources."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from gitwf.engine.unit.stop import CANCELLED
from gitwf.records.lock import waiting

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play

JOB = """\
define:/job name secs=0.05
  ↳ run → echo + >> log; sleep $secs; echo - >> log
"""
GPU = "define:/gpu text\n  ↳ run → cat; echo $text\n  ↳ uses → gpus:1\n"


def most_at_once(log: list[str]) -> int:
    """Return how many jobs have run at one time: each has written when it began and ended."""
    running = most = 0
    for line in log:
        running += 1 if line == "+" else -1
        most = max(most, running)
    return most


@pytest.mark.parametrize(
    "workflow",
    [
        "fork:6 → /job a & /job b & /job c & /job d",
        "fork:4 → /job a",
        "sweep:x=1,2,3,4,5 max:5 → /job $x",
        "/job a & /job b & /job c &\nbarrier",
        "fork:3 → { /job a & /job b } & /job c & sweep:x=1,2,3 max:3 → /job $x",
        "fork:3 → retry:2 → /job a & /job b & timeout:1m → /job c",
        "fork:3 → /job a | /job b & /job c | /job d & /job e",
    ],
    ids=["branches", "copies", "trials", "background", "nested", "directives", "pipes"],
)
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_jobs_at_once(play: Play, workflow: str, jobs: int) -> None:
    (play.path / "wf.toml").write_text(f"[controller]\njobs = {jobs}\n")
    assert play(f"{JOB}{workflow}").status == "succeeded"
    # The two jobs of a pipe count as one.
    assert 1 <= most_at_once(play.log()) <= jobs * (2 if "|" in workflow else 1)


def test_the_parts_of_a_pipe_take_what_they_need_together(play: Play) -> None:
    (play.path / "wf.toml").write_text("[controller]\njobs = 1\n[resources]\ngpus = 2\n")
    pipes = " & ".join(f"/gpu {name} | /gpu x | /log -" for name in "abc")
    workflow = f"{GPU}fork:3 → {pipes}"
    assert play(workflow).status == "succeeded"


def test_a_pipe_that_needs_more_than_there_is_says_so(play: Play) -> None:
    (play.path / "wf.toml").write_text("[resources]\ngpus = 1\n")
    record = play(f"{GPU}/gpu a | /gpu b")
    assert record.error is not None
    assert record.error.message == "the pipe: it takes 2 of `gpus`, and there is 1"


def test_parts_of_a_part_take_in_turn_what_it_has(play: Play) -> None:
    (play.path / "wf.toml").write_text("[resources]\ngpus = 2\n")
    group = "{ /gpu a ; fork:2 → /gpu b & /gpu c }"
    assert play(f"{GPU}{group} | /gpu d").status == "succeeded"


def test_a_delay_holds_no_slot(play: Play) -> None:
    (play.path / "wf.toml").write_text("[controller]\njobs = 1\n")
    workflow = """\
define:/once
  ↳ run → test -e done || { touch done; exit 1; }; echo again >> log
define:/await
  ↳ run    → while ! test -e done; do sleep 0.01; done
  ↳ effect → somewhere
fork:2 → retry:1 delay:5s → /once & { /await ; /log other }
"""
    assert play(workflow).status == "succeeded"
    assert play.log() == ["other", "again"]


def test_an_effect_that_waits_for_its_environment_can_be_stopped(play: Play) -> None:
    deploy = "define:/deploy\n  ↳ run → echo deployed >> log\n  ↳ effect → production\n"
    lock = play.path / ".git" / "wf" / "env" / "production.lock"
    with waiting(lock, 0.0):
        threading.Timer(0.2, play.stop.set, [CANCELLED]).start()
        assert play(f"{deploy}/deploy").status == "cancelled"
    assert play.log() == []
