"""The controller dies, in the middle of anything: the job goes on, on the same pod, and nothing is rented twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start
    from tests.e2e.runpod.conftest import Cloud

TRAIN = """\
on:commit

define:/train
  ↳ run    → for i in 1 2 3 4 5 6; do echo step $$i; sleep 0.5; done; echo done > model.bin
  ↳ outs   → model.bin
  ↳ target → runpod

/train
"""


def prints(project: Project) -> bool:
    """Return whether a job has printed something."""
    outs = project.path.glob(".git/wf/runs/*/jobs/*/out")
    return any(path.stat().st_size for path in outs)


MOMENTS: dict[str, Callable[[Project, Cloud], object]] = {
    "before it is asked for": lambda _, cloud: cloud.emulator.requests(),
    "when it is made": lambda _, cloud: cloud.names(),
    "while it comes up": lambda _, cloud: [p for p in cloud.alive() if p["status"] == "STARTING"],
    "while the job runs": lambda project, _: prints(project),
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_controller_that_is_killed(
    rented: Project,
    runpod: Cloud,
    start: Start,
    wait_for: Callable[[Callable[[], object]], object],
    moment: Callable[[Project, Cloud], object],
) -> None:
    rented.commit({"workflows/main.wf": TRAIN}, "Train")
    process = start("reconcile", cwd=rented.path)
    wait_for(lambda: moment(rented, runpod))
    process.kill()
    rented.done("reconcile")
    (run,) = rented.log()
    assert run.status == "succeeded"
    assert len(runpod.names()) == 1
    assert runpod.alive() == []
    (pod,) = msgspec.json.decode(rented.done("show", run.run, "--json"))["pods"]
    (entry,) = runpod.ledger()
    assert round(pod["spent"] * 100) == entry["cents"]
    assert rented.done("logs", run.run).count("step") == 6


def test_a_pod_of_a_run_that_nobody_takes_up_again(
    rented: Project, runpod: Cloud, start: Start, wait_for: Callable[[Callable[[], object]], object]
) -> None:
    rented.commit({"workflows/main.wf": TRAIN}, "Train")
    process = start("reconcile", cwd=rented.path)
    wait_for(runpod.names)
    process.kill()
    (pod,) = msgspec.json.decode(rented.done("pods", "--json"))
    assert (pod["owner"], pod["status"] is not None) == ("this clone", True)
    rented.done("pods", "--down")
    assert runpod.alive() == []
    assert msgspec.json.decode(rented.done("pods", "--json")) == []


def test_cancelling(
    rented: Project, runpod: Cloud, start: Start, wait_for: Callable[[Callable[[], object]], object]
) -> None:
    rented.commit({"workflows/main.wf": TRAIN.replace("0.5", "50")}, "Train")
    process = start("reconcile", cwd=rented.path)
    wait_for(lambda: prints(rented))
    rented.done("cancel", "latest")
    process.end()
    (run,) = rented.log()
    assert run.status == "cancelled"
    assert runpod.alive() == []
