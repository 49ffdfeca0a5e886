"""A run goes over to another clone while its job goes on: the job is adopted, and never begun twice."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Process, Project, Start
    from tests.e2e.ssh.conftest import Box

WaitFor = Callable[[Callable[[], object]], object]

SETTINGS = '[controller]\nbranches = ["main"]\nremote = "origin"\n'

WORKFLOW = """\
on:commit

define:/prepare
  ↳ run  → echo prepare >> "$$LEDGER"; echo data > data.txt
  ↳ outs → data.txt

define:/train
  ↳ run    → echo train >> "$$LEDGER"; until [ -e "$$GATE" ]; do sleep 0.05; done; cat data.txt data.txt > model.bin; echo done
  ↳ deps   → data.txt
  ↳ outs   → model.bin
  ↳ target → ssh:box

define:/use
  ↳ run  → cp model.bin used.bin; echo use >> "$$LEDGER"
  ↳ deps → model.bin
  ↳ outs → used.bin

/echo begun
/prepare && /train && /use
"""


class Pair:
    """Two clones of one bare repository that use the machine."""

    def __init__(self, ada: Project, ben: Project, hub: Path) -> None:
        self.ada = ada
        self.ben = ben
        self._hub = hub

    def is_placed(self, run: str) -> bool:
        """Return whether the bare repository knows where the job of the run is."""
        ref = f"refs/wf/runs/2*/{run}"
        tips = self.ada.git("-C", str(self._hub), "for-each-ref", "--format=%(objectname)", ref)
        words = ("show", f"{tips}:.wf/events.jsonl")
        return bool(tips) and "job.placed" in self.ada.git("-C", str(self._hub), *words)


@pytest.fixture
def pair(
    remote: Project, box: Box, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> Pair:
    """Two clones; time goes by twenty times as fast."""
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.05")
    box.server.restart(LEDGER=os.environ["LEDGER"], GATE=os.environ["GATE"])
    hub = make_folder("hub", "--bare")
    remote.git("remote", "add", "origin", str(hub.path))
    files = {"wf.toml": SETTINGS + box.table(), "workflows/main.wf": WORKFLOW}
    remote.commit({**files, ".dvcignore": ""}, "Train on the box")
    remote.git("push", "--quiet", "--set-upstream", "origin", "main")
    path = hub.path.with_name("ben")
    remote.git("clone", "--quiet", str(hub.path), str(path))
    ben = type(remote)(type(remote.folder)(path), remote._ledger, remote.served)
    return Pair(remote, ben, hub.path)


def begun(start: Start, clone: Project) -> Process:
    controller = start("controller", cwd=clone.path)
    controller.says("watching")
    return controller


def both_begun(pair: Pair, start: Start, wait_for: WaitFor) -> tuple[Process, Process, str]:
    """Start both controllers, and return them with the run whose job the first has begun on the machine."""
    first = begun(start, pair.ada)
    wait_for(lambda: "train" in pair.ada.ledger())
    [run] = [record.run for record in pair.ada.log()]
    second = begun(start, pair.ben)
    wait_for(lambda: pair.is_placed(run))
    return first, second, run


def kinds(clone: Project, run: str) -> list[str]:
    """Return the types of the events of a run, in order, steps left out."""
    (ref,) = [ref for ref in clone.ended() if ref.endswith(run)]
    types = [str(event["type"]) for event in clone.events(ref)]
    return [word for word in types if not word.startswith("step.")]


def test_the_job_of_a_machine_that_is_gone_is_adopted(
    pair: Pair, box: Box, start: Start, wait_for: WaitFor
) -> None:
    ada, ben = pair.ada, pair.ben
    first, second, run = both_begun(pair, start, wait_for)
    first.kill()
    shutil.rmtree(ada.path / ".git" / "wf")
    wait_for(lambda: _holders(box, run) == 2)
    ada.open_gate()
    wait_for(lambda: [record.status for record in ben.log()] == ["succeeded"])
    assert second.stop().status == 0
    assert ada.ledger() == ["prepare", "train", "prepare", "use"]
    assert kinds(ben, run) == [
        "run.started",
        "job.placed",
        "run.adopted",
        "job.placed",
        "run.finished",
    ]
    steps = {str(step["command"]): step for step in ben.log()[0].steps}
    assert [out["path"] for out in steps["/train"]["outs"]] == ["model.bin"]  # type: ignore[attr-defined]
    ben.done("checkout", run, "model.bin")
    assert (ben.path / "model.bin").read_text() == "data\ndata\n"
    assert ben.done("logs", run, "/train") == "done\n"
    assert ben.wf("fsck").out == ""


def test_a_holder_that_wakes_up_touches_nothing(
    pair: Pair, box: Box, start: Start, wait_for: WaitFor
) -> None:
    ada, ben = pair.ada, pair.ben
    first, second, run = both_begun(pair, start, wait_for)
    first.signal(signal.SIGSTOP)
    wait_for(lambda: _holders(box, run) == 2)
    first.signal(signal.SIGCONT)
    wait_for(lambda: "taken over" in first.err.read_text())
    ada.open_gate()
    wait_for(lambda: [record.status for record in ben.log()] == ["succeeded"])
    wait_for(lambda: [record.status for record in ada.log()] == ["succeeded"])
    assert second.stop().status == 0
    assert first.stop().status == 0
    assert ada.ledger() == ["prepare", "train", "prepare", "use"]
    assert kinds(ada, run).count("run.finished") == 1
    for clone in (ada, ben):
        assert clone.wf("fsck").out == ""


def _holders(box: Box, run: str) -> int:
    """Return how many clones have claimed the run on the machine."""
    return len(list((box.root() / "claims" / run).glob("*")))
