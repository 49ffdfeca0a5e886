"""A stage on a pod: its outs come back, the pod goes, and the record says what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.runpod.conftest import Cloud

TRAIN = """\
define:/train
  ↳ run     → nvidia-smi -L > gpu.txt; cat data.csv > model.bin; echo '{"accuracy": 0.9}' > all.json
  ↳ deps    → data.csv
  ↳ outs    → model.bin gpu.txt
  ↳ metrics → all.json
  ↳ target  → runpod

$eval = /train
if:$eval.accuracy > 0.8 → /echo good
"""


def test_a_stage_on_a_pod(rented: Project, runpod: Cloud) -> None:
    rented.commit({"workflows/main.wf": TRAIN, "data.csv": "1,2\n"}, "Train")
    rented.done("run", "workflows/main.wf")
    run = rented.log()[0]
    assert run.status == "succeeded"
    assert runpod.alive() == []
    assert [step["command"] for step in run.steps] == ["/train", "/echo"]
    (pod,) = msgspec.json.decode(rented.done("show", run.run, "--json"))["pods"]
    (entry,) = runpod.ledger()
    assert (pod["pod"], pod["name"], pod["gpu"]) == (
        entry["podId"],
        f"wf-{rented.clone_id()}-{run.run}-2-1",
        "NVIDIA GeForce RTX 4090",
    )
    assert pod["price_per_hour"] == 0.44
    assert round(pod["spent"] * 100) == entry["cents"]
    assert pod["spent"] == pod["billed"]
    assert pod["reason"] == "its job has ended"
    assert [event["type"] for event in rented.events(rented.ended()[0]) if "pod" in event] == [
        "pod.created",
        "pod.ready",
        "pod.gone",
    ]
    rented.done("checkout", run.run)
    assert (rented.path / "model.bin").read_text() == "1,2\n"


def test_what_was_trained_on_a_pod_is_not_trained_again(rented: Project, runpod: Cloud) -> None:
    rented.commit({"workflows/main.wf": TRAIN, "data.csv": "1,2\n"}, "Train")
    rented.done("run", "workflows/main.wf")
    rented.done("run", "workflows/main.wf")
    assert [run.restored for run in rented.log()] == [1, 0]
    assert len(runpod.names()) == 1
