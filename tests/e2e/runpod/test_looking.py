"""What pods would cost, have cost, and whether they are to be had: `git wf plan`, `show` and `doctor`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.runpod.conftest import Cloud

WORKFLOW = """\
on:commit

define:/train
  ↳ run    → echo trained > model.bin
  ↳ params → seed
  ↳ outs   → model.bin
  ↳ target → runpod

/train
target:runpod gpu:"RTX 4090" count:2 → /other

define:/other
  ↳ run → true
"""


def planned(project: Project) -> list[str]:
    """The lines of the plan that are about pods."""
    lines = project.done("plan").splitlines()
    return [line.strip() for line in lines if line.strip().startswith("runpod:")]


def test_prices_before_anything_is_rented(rented: Project, runpod: Cloud) -> None:
    rented.commit({"workflows/main.wf": WORKFLOW, "params.yaml": "seed: 1\n"}, "Train")
    one = "NVIDIA GeForce RTX 4090, SECURE, $0.44 an hour"
    two = "2 × NVIDIA GeForce RTX 4090, SECURE, $0.88 an hour"
    assert planned(rented) == [f"runpod: {one}", f"runpod: {two}"]
    rented.done("reconcile")
    made = len(runpod.names())
    rented.commit({"params.yaml": "seed: 2\n"}, "Train again")
    pods = json.loads(rented.done("plan", "--json"))["workflows"][0]["pods"]
    assert pods[0]["seconds"] > 0
    assert pods[0]["cost"] == round(0.44 * pods[0]["seconds"] / 3600, 4)
    assert all(line.endswith("last time, about $0.00") for line in planned(rented))
    assert len(runpod.names()) == made


@pytest.mark.usefixtures("runpod")
def test_without_a_key(rented: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNPOD_API_KEY")
    rented.commit({"workflows/main.wf": WORKFLOW, "params.yaml": "seed: 1\n"}, "Train")
    why = "there is no `RUNPOD_API_KEY` in the environment of `git wf`: `export RUNPOD_API_KEY=…`"
    assert planned(rented) == [f"runpod: prices are not known: {why}"] * 2
    done = rented.wf("doctor")
    assert done.status == 1
    assert "no  RunPod: there is no `RUNPOD_API_KEY` in the environment of `git wf`\n" in done.out


def test_what_a_run_has_cost(rented: Project, runpod: Cloud) -> None:
    rented.commit({"workflows/main.wf": WORKFLOW, "params.yaml": "seed: 1\n"}, "Train")
    rented.done("reconcile")
    shown = rented.done("show", "latest").splitlines()
    cents = [f"${int(str(pod['cents'])) / 100:.2f}" for pod in runpod.ledger()]
    lines = [line.split() for line in shown if line.startswith("  pod ")]
    assert [line[1] for line in lines] == [pod["podId"] for pod in runpod.ledger()]
    assert [cost in line for cost, line in zip(cents, lines, strict=True)] == [True, True]
    assert any(line.startswith("  spent     $0.") for line in shown)


def test_whether_they_are_to_be_had(rented: Project, runpod: Cloud) -> None:
    checked = rented.done("doctor")
    assert "ok  RunPod: answers, no pod is there\n" in checked
    assert "ok  pods `runpod`: NVIDIA GeForce RTX 4090, SECURE, $0.44 an hour\n" in checked
    with (rented.path / "wf.toml").open("a") as file:
        file.write('\n[target.odd]\ngpu = ["RTX 4091"]\n')
    found = {one["what"]: one for one in json.loads(rented.done("doctor", "--json", status=1))}
    odd = found["pods `odd`"]
    assert odd["found"].startswith("RTX 4091: there is no such GPU type")
    assert odd["hint"] == "name others under `[target.odd]` in `wf.toml`"
    runpod.emulator.fail(
        "answer", where={"operation": "listPods"}, status=401, detail="invalid bearer token"
    )
    found = {one["what"]: one for one in json.loads(rented.done("doctor", "--json", status=1))}
    assert found["RunPod"]["found"] == "RunPod answers 401 (invalid bearer token)"
    assert found["RunPod"]["hint"].startswith("make a key at https://console.runpod.io/")
