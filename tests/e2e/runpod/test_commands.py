"""`/pod:up`, `/pod:down` and `/pod:status` in a workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start
    from tests.e2e.runpod.conftest import Cloud

SHARED = """\
define:/where word
  ↳ run    → echo '"'"$$RUNPOD_POD_ID $word"'"'
  ↳ target → runpod

$pod = /pod:up
$one = /where a
$two = /where b
$seen = /pod:status
/pod:down ${pod.name}
$after = /pod:status
/echo "${one} ${two} ${pod.pod} ${len(seen)} ${seen[0].state} ${after[0].state} ${pod.gpu}"
"""


def test_steps_share_a_pod_until_it_is_taken_down(rented: Project, runpod: Cloud) -> None:
    rented.commit({"workflows/main.wf": SHARED}, "Share")
    rented.done("run", "workflows/main.wf")
    (pod,) = runpod.ledger()
    name = pod["podId"]
    said = rented.done("logs", "latest").splitlines()[-1]
    assert said.endswith(f"{name} a {name} b {name} 1 ready gone NVIDIA GeForce RTX 4090")
    (shown,) = msgspec.json.decode(rented.done("show", "latest", "--json"))["pods"]
    assert shown["reason"] == "was ended by `/pod:down`"
    assert round(shown["spent"] * 100) == pod["cents"]


def test_what_is_not_taken_down_ends_with_the_run(rented: Project, runpod: Cloud) -> None:
    rented.commit({"workflows/main.wf": "/pod:up\n/pod:down other\n"}, "Up")
    rented.done("run", "workflows/main.wf", status=1)
    error = msgspec.json.decode(rented.done("show", "latest", "--json"))["error"]
    assert error["message"].startswith("the run has no pod `other`")
    assert len(runpod.names()) == 1
    assert runpod.alive() == []


def test_one_that_takes_too_long_is_ended(rented: Project, runpod: Cloud) -> None:
    runpod.emulator.fail("pod", pulling=1200)
    text = "timeout:8s → /pod:up || /echo late\n/sleep 1\n$pods = /pod:status\n/echo ${pods[0].state}\n"
    rented.commit({"workflows/main.wf": text}, "Hurry")
    rented.done("run", "workflows/main.wf", status=1)
    assert len(runpod.names()) == 1
    assert runpod.alive() == []


def test_a_kill_while_it_comes_up(
    rented: Project, runpod: Cloud, start: Start, wait_for: Callable[[Callable[[], object]], object]
) -> None:
    rented.commit({"workflows/main.wf": "on:commit\n\n" + SHARED}, "Share")
    process = start("reconcile", cwd=rented.path)
    wait_for(runpod.names)
    process.kill()
    rented.done("reconcile")
    assert [run.status for run in rented.log()] == ["succeeded"]
    assert len(runpod.names()) == 1
    assert runpod.alive() == []
