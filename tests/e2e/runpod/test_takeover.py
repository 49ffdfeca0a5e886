"""The clone that rented a pod is gone for good: another one goes on with the job on it, and ends it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.e2e.runpod.conftest import table

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Project, Start
    from tests.e2e.runpod.conftest import Cloud

WaitFor = Callable[[Callable[[], object]], object]

SETTINGS = '[controller]\nbranches = ["main"]\nremote = "origin"\n'

TRAIN = """\
on:commit

define:/train
  ↳ run    → echo begun; i=0; while [ $$i -lt 120 ]; do i=$$((i + 1)); sleep 0.5; done; echo done > model.bin
  ↳ outs   → model.bin
  ↳ target → runpod

/train
"""


pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Pair:
    """Two clones of one bare repository that use one account."""

    def __init__(self, ada: Project, ben: Project, hub: Path) -> None:
        self.ada = ada
        self.ben = ben
        self._hub = hub

    def is_placed(self) -> bool:
        """Return whether the bare repository knows where the job of the one run is."""
        ref = "refs/wf/runs/2*/*"
        tip = self.ada.git("-C", str(self._hub), "for-each-ref", "--format=%(objectname)", ref)
        words = ("show", f"{tip}:.wf/events.jsonl")
        return bool(tip) and "job.placed" in self.ada.git("-C", str(self._hub), *words)


@pytest.fixture
def pair(ready: Project, runpod: Cloud, make_folder: MakeFolder) -> Pair:  # noqa: ARG001 - it is there
    hub = make_folder("hub", "--bare")
    ready.git("remote", "add", "origin", str(hub.path))
    files = {"wf.toml": SETTINGS + table(), "workflows/main.wf": TRAIN}
    ready.commit(files, "Train")
    ready.git("push", "--quiet", "--set-upstream", "origin", "main")
    path = hub.path.with_name("ben")
    ready.git("clone", "--quiet", str(hub.path), str(path))
    ben = type(ready)(type(ready.folder)(path), ready._ledger, ready.served)
    return Pair(ready, ben, hub.path)


def test_the_pod_of_a_machine_that_is_gone(
    pair: Pair, runpod: Cloud, start: Start, wait_for: WaitFor
) -> None:
    ada, ben = pair.ada, pair.ben
    first = start("controller", cwd=ada.path)
    wait_for(pair.is_placed)
    second = start("controller", cwd=ben.path)
    first.kill()
    shutil.rmtree(ada.path / ".git" / "wf")
    wait_for(lambda: "is taken up" in second.err.read_text())
    wait_for(lambda: [record.status for record in ben.log()] == ["succeeded"])
    assert second.stop().status == 0
    assert ben.done("logs", "latest") == "begun\n"
    assert len(runpod.names()) == 1
    assert runpod.alive() == []
    (pod,) = msgspec.json.decode(ben.done("show", "latest", "--json"))["pods"]
    (entry,) = runpod.ledger()
    assert round(pod["spent"] * 100) == entry["cents"]
    ben.done("checkout", "latest", "model.bin")
    assert (ben.path / "model.bin").read_text() == "done\n"
    assert ben.wf("fsck").out == ""


def test_with_another_key_of_the_account_the_pod_is_left_alone(
    pair: Pair, runpod: Cloud, start: Start, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = pair.ada, pair.ben
    first = start("controller", cwd=ada.path)
    wait_for(pair.is_placed)
    first.kill()
    with monkeypatch.context() as patch:
        patch.setenv("RUNPOD_API_KEY", "rpa_another")
        second = start("controller", cwd=ben.path)
        wait_for(lambda: "cannot be gone on with here" in second.err.read_text())
        assert second.stop().status == 0
    (name,) = runpod.names()
    assert f"pod `{name}` was rented with another key of RunPod" in second.err.read_text()
    assert len(runpod.alive()) == 1
    third = start("reconcile", cwd=ada.path)
    assert third.end().status == 0
    assert ada.done("logs", "latest") == "begun\n"
    assert runpod.alive() == []
