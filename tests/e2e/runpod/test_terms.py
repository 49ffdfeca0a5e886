"""What ends pods that nobody ended: the budget of a run, and the time that a spare one is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from tests.e2e.runpod.conftest import table

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.runpod.conftest import Cloud

LONG = """\
on:commit

define:/train
  ↳ run          → trap 'echo stopped; exit 1' TERM; echo 1 > ckpt; for i in 1 2 3 4 5 6 7 8 9; do sleep 10 & wait; done
  ↳ outs         → model.bin
  ↳ outs_persist → ckpt
  ↳ target       → runpod

/train
"""

TWICE = """\
define:/say word
  ↳ run    → echo $word
  ↳ target → runpod

/say one
/sleep {pause}
/say two
"""


def rent(project: Project, **settings: object) -> None:
    """Have `[target.runpod]` say so too."""
    text = (project.path / "wf.toml").read_text()
    (project.path / "wf.toml").write_text(
        text.partition("\n[target.runpod]")[0] + table(**settings)
    )


def test_a_run_ends_in_order_when_its_budget_is_used_up(rented: Project, runpod: Cloud) -> None:
    rent(rented, budget=0.03)
    rented.commit({"workflows/main.wf": LONG}, "Train")
    rented.done("run", "workflows/main.wf", status=1)
    record = msgspec.json.decode(rented.done("show", "latest", "--json"))
    assert "the budget of $0.03 for a run is used up: its pods have cost $0.03" in str(
        record["error"]["message"]
    )
    assert "stopped" in rented.done("logs", "latest")
    assert runpod.alive() == []
    assert 0.03 <= record["spent"] < 0.06


def test_a_pod_is_kept_for_the_next_step(rented: Project, runpod: Cloud) -> None:
    rent(rented, idle="10m")
    rented.commit({"workflows/main.wf": TWICE.format(pause="0")}, "Say")
    rented.done("run", "workflows/main.wf")
    assert len(runpod.names()) == 1
    assert runpod.alive() == []


def test_a_pod_that_is_idle_for_too_long_is_ended(rented: Project, runpod: Cloud) -> None:
    rent(rented, idle="500ms")
    rented.commit({"workflows/main.wf": TWICE.format(pause="4")}, "Say")
    rented.done("run", "workflows/main.wf")
    assert len(runpod.names()) == 2
    pods = msgspec.json.decode(rented.done("show", "latest", "--json"))["pods"]
    assert pods[0]["reason"] == "was idle"
    assert runpod.alive() == []
