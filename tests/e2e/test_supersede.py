"""What becomes of a run that goes on when a newer commit comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Process, Project, Start

WaitFor = Callable[[Callable[[], object]], object]


@pytest.fixture
def begin(gated: Project, start: Start) -> Callable[[str, str], Process]:
    """Commit the gated workflow with this trigger and flow, and start a controller on it."""

    def commit_and_watch(supersede: str, flow: str) -> Process:
        path = gated.path / "workflows" / "main.wf"
        text = path.read_text().replace("on:commit\n", f"on:commit supersede:{supersede}\n")
        text = text[: text.rindex("\n\n") + 2] + flow + "\n"
        gated.commit({"workflows/main.wf": text})
        controller = start("controller", cwd=gated.path)
        controller.says("watching")
        return controller

    return commit_and_watch


def rate(project: Project, number: int) -> None:
    project.commit({"params.yaml": f"rate: 0.{number}\n"})


def statuses(project: Project) -> list[str]:
    return [run.status for run in reversed(project.log())]


def test_finish_plays_the_newest_head_when_the_run_has_ended(
    gated: Project, begin: Callable[[str, str], Process], wait_for: WaitFor
) -> None:
    controller = begin("finish", "/train")
    wait_for(lambda: gated.ledger() == ["train"])
    for number in (1, 2):
        rate(gated, number)
    gated.open_gate()
    wait_for(lambda: len(gated.ended()) == 2)
    assert controller.stop().status == 0
    assert statuses(gated) == ["succeeded", "succeeded"]
    assert "passed over by" in gated.git("notes", "--ref=wf", "show", "HEAD~1")


def test_cancel_stops_the_run_first(
    gated: Project, begin: Callable[[str, str], Process], wait_for: WaitFor
) -> None:
    controller = begin("cancel", "/train")
    wait_for(lambda: gated.ledger() == ["train"])
    rate(gated, 1)
    wait_for(lambda: gated.ledger() == ["train", "train"])
    gated.open_gate()
    wait_for(lambda: len(gated.ended()) == 2)
    assert controller.stop().status == 0
    assert statuses(gated) == ["cancelled", "succeeded"]
    assert f"superseded by {gated.git('rev-parse', 'HEAD')[:10]}" in gated.git(
        "notes", "--ref=wf", "show", "HEAD~1"
    )


def test_cancel_never_stops_inside_an_effect(
    gated: Project, begin: Callable[[str, str], Process], wait_for: WaitFor
) -> None:
    controller = begin("cancel", "/deploy && /train > model.txt")
    wait_for(lambda: gated.ledger() == ["deploy"])
    rate(gated, 1)
    gated.open_gate()
    wait_for(lambda: len(gated.ended()) == 2)
    assert controller.stop().status == 0
    assert gated.ledger()[:2] == ["deploy", "out"]
    assert statuses(gated)[-1] == "succeeded"


def test_queue_plays_each_commit_in_its_turn(
    gated: Project, begin: Callable[[str, str], Process], wait_for: WaitFor
) -> None:
    controller = begin("queue", "/train")
    wait_for(lambda: gated.ledger() == ["train"])
    for number in (1, 2, 3):
        rate(gated, number)
    gated.open_gate()
    wait_for(lambda: len(gated.ended()) == 4)
    assert controller.stop().status == 0
    commits = gated.git("rev-list", "--max-count=4", "--reverse", "HEAD").split()
    assert [run.commit for run in reversed(gated.log())] == commits
    assert statuses(gated) == ["succeeded"] * 4


QUICK = """on:commit supersede:queue

define:/quick
  ↳ run    → echo quick >> "$$LEDGER"; echo 1 > quick.bin
  ↳ params → rate
  ↳ outs   → quick.bin

/quick
"""


def test_queue_plays_each_commit_for_each_workflow(
    gated: Project, begin: Callable[[str, str], Process], wait_for: WaitFor
) -> None:
    gated.commit({"workflows/quick.wf": QUICK})
    controller = begin("queue", "/train")
    wait_for(lambda: sorted(gated.ledger()) == ["quick", "train"])
    rate(gated, 1)
    wait_for(lambda: gated.ledger().count("quick") == 2)
    rate(gated, 2)
    wait_for(lambda: gated.ledger().count("quick") == 3)
    gated.open_gate()
    wait_for(lambda: gated.ledger().count("train") == 3 and len(gated.ended()) == 6)
    assert controller.stop().status == 0
    commits = gated.git("rev-list", "--max-count=3", "--reverse", "HEAD").split()
    trained = [run.commit for run in gated.log() if run.workflow == "workflows/main.wf"]
    assert trained[::-1] == commits
