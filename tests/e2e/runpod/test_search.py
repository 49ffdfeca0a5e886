"""The search of `workflows/runpod`, on pods of the emulator, one of which goes away in the middle."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.runpod.conftest import Cloud

EXAMPLE = Path(__file__).parents[3] / "workflows" / "runpod"

pytestmark = pytest.mark.slow


@pytest.fixture
def search(ready: Project, runpod: Cloud) -> Project:  # noqa: ARG001 - it is there
    """The example as somebody's own repository."""
    shutil.copytree(EXAMPLE, ready.path, dirs_exist_ok=True)
    ready.commit({}, "Begin")
    return ready


def test_it_is_short() -> None:
    assert len((EXAMPLE / "workflows" / "search.wf").read_text().splitlines()) < 40


def test_three_phases_and_a_gate(search: Project, runpod: Cloud) -> None:
    runpod.emulator.fail("pod", ending="EXITED", endingAfter=90)
    search.done("run", "workflows/search.wf")
    (run,) = search.log()
    assert run.status == "succeeded"
    assert (run.executed, run.restored) == (20, 4)
    assert runpod.alive() == []
    assert 2 <= len(runpod.names()) <= 6
    shown = msgspec.json.decode(search.done("show", run.run, "--json"))
    assert [(env["env"], env["state"]) for env in shown["envs"]] == [("production", "deployed")]
    assert round(sum(pod["spent"] for pod in shown["pods"]), 2) == pytest.approx(
        sum(int(str(entry["cents"])) for entry in runpod.ledger()) / 100, abs=0.03
    )
    assert report(search)[0].startswith(
        "| sigma-hidden-layers-epochs | accuracy | class_0_accuracy"
    )
    assert len(report(search)) == 2 + 9
    assert (search.path / "served" / "model.npz").stat().st_size > 1000
    pods = len(runpod.names())
    search.done("run", "workflows/search.wf")
    assert (search.log()[0].restored, len(runpod.names())) == (23, pods)


def test_what_is_not_good_enough_is_not_served(search: Project, runpod: Cloud) -> None:
    params = (search.path / "params.yaml").read_text()
    search.commit({"params.yaml": params.replace("noise: 0.6", "noise: 8.0")}, "Hear nothing")
    search.done("run", "workflows/search.wf", status=1)
    shown = msgspec.json.decode(search.done("show", "latest", "--json"))
    assert shown["error"]["message"].startswith("class 1: only 0.")
    assert not (search.path / "served").exists()
    assert runpod.alive() == []


def report(project: Project) -> list[str]:
    """Return the lines of the table of what was compared."""
    text = (project.path / "served" / "comparison_report.md").read_text()
    return [line for line in text.splitlines() if line.startswith("|")]
