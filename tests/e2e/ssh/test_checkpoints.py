"""Outs that persist are brought while a job runs, and sent ahead to the attempt that takes its place."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.ssh.conftest import Box
from tests.sshd import Sshd

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start

WaitFor = Callable[[Callable[[], object]], object]

TRAIN = """\
#!/bin/sh
mkdir -p ckpt
n=$(cat ckpt/epoch 2> /dev/null || echo 0)
echo "from $n" >> "$LEDGER"
[ "$n" -ge 3 ] || n=3
echo "$n" > ckpt/epoch.new && mv ckpt/epoch.new ckpt/epoch
until [ -e "$GATE" ]; do sleep 0.05; done
echo 9 > ckpt/epoch
echo done > model.bin
"""

WORKFLOW = """\
define:/train
  ↳ run          → sh train.sh
  ↳ deps         → train.sh
  ↳ outs         → model.bin
  ↳ outs_persist → ckpt
{target}
{flow}
"""


def brought(project: Project) -> list[Path]:
    """Return the checkpoints that are here."""
    return list(project.path.glob(".git/wf/workspaces/*/ckpt/epoch"))


def kill_job(box: Box) -> None:
    """End the job there, with all of its processes, as a power cut does."""
    (pid,) = box.workdir.glob("*/jobs/*/pid")
    os.killpg(int(pid.read_text().split()[0]), signal.SIGKILL)


def test_a_job_that_is_lost_goes_on_from_its_checkpoint(
    remote: Project, box: Box, start: Start, wait_for: WaitFor
) -> None:
    box.server.restart(LEDGER=os.environ["LEDGER"], GATE=os.environ["GATE"])
    flow = WORKFLOW.format(target="  ↳ target → ssh:box checkpoints:1s\n", flow="/train")
    remote.commit({"workflows/main.wf": flow, "train.sh": TRAIN}, "Train")
    run = start("run", "workflows/main.wf", cwd=remote.path)
    wait_for(lambda: brought(remote))
    kill_job(box)
    wait_for(lambda: len(remote.ledger()) == 2)
    remote.open_gate()
    assert run.end().status == 0
    assert remote.ledger() == ["from 0", "from 3"]
    remote.done("checkout", "latest", "ckpt", "model.bin")
    assert (remote.path / "ckpt" / "epoch").read_text() == "9\n"


def test_another_machine_goes_on_from_the_checkpoint_of_one_that_is_gone(
    remote: Project, box: Box, tmp_path: Path, start: Start, wait_for: WaitFor
) -> None:
    other = Box(Sshd(tmp_path / "other"))
    other.server.start()
    for one in (box, other):
        one.server.restart(LEDGER=os.environ["LEDGER"], GATE=os.environ["GATE"])
    try:
        target = "  ↳ timeout → 6s\n"
        flow = "target:ssh:box checkpoints:1s → /train || target:ssh:other → /train"
        files = {
            "workflows/main.wf": WORKFLOW.format(target=target, flow=flow),
            "wf.toml": box.table() + other.table().replace("target.box", "target.other"),
            "train.sh": TRAIN,
        }
        remote.commit(files, "Train")
        run = start("run", "workflows/main.wf", cwd=remote.path)
        wait_for(lambda: brought(remote))
        kill_job(box)
        box.server.stop()
        wait_for(lambda: len(remote.ledger()) == 2)
        remote.open_gate()
        assert run.end().status == 0, run.err.read_text()
        assert remote.ledger() == ["from 0", "from 3"]
    finally:
        other.server.stop()
