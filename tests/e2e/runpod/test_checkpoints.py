"""Checkpoints are brought while a pod trains, and sent ahead to the pod that takes its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start
    from tests.e2e.runpod.conftest import Cloud

TRAIN = """\
#!/bin/sh
mkdir -p ckpt
n=$(cat ckpt/epoch 2> /dev/null || echo 0)
echo "from $n"
if [ "$n" -eq 0 ]; then
    echo 3 > ckpt/epoch.new && mv ckpt/epoch.new ckpt/epoch
    sleep 60
fi
echo "trained from $n" > model.txt
"""

WORKFLOW = """\
on:commit

define:/train
  ↳ run          → sh train.sh
  ↳ deps         → train.sh
  ↳ outs         → model.txt
  ↳ outs_persist → ckpt
  ↳ target       → runpod checkpoints:20s

{flow}
"""

ENDS = {
    "preempted": ("EXITED", "/train"),
    "broken, with a retry": ("ERROR", "retry:1 on:lost → /train"),
    "vanished": ("TERMINATED", "/train"),
}


@pytest.mark.parametrize(("status", "flow"), ENDS.values(), ids=ENDS)
def test_another_pod_goes_on_from_the_checkpoint(
    rented: Project,
    runpod: Cloud,
    start: Start,
    wait_for: Callable[[Callable[[], object]], object],
    status: str,
    flow: str,
) -> None:
    rented.commit({"workflows/main.wf": WORKFLOW.format(flow=flow), "train.sh": TRAIN}, "Train")
    process = start("reconcile", cwd=rented.path)
    wait_for(lambda: list(rented.path.glob(".git/wf/workspaces/*/ckpt/epoch")))
    (pod,) = runpod.alive()
    runpod.emulator.end_pod(str(pod["id"]), status)
    assert process.end().status == 0
    rented.done("checkout", "latest", "model.txt")
    assert (rented.path / "model.txt").read_text() == "trained from 3\n"
    assert len(runpod.names()) == 2
    assert runpod.alive() == []
    pods = msgspec.json.decode(rented.done("show", "latest", "--json"))["pods"]
    assert [round(one["spent"] * 100) for one in pods] == [one["cents"] for one in runpod.ledger()]
