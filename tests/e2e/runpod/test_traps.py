"""What goes wrong with pods, each alone: the run survives it or says in one line why not, and no pod is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.e2e.runpod.conftest import GPU
from tests.wrongclock import needs_faketime

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.runpod.conftest import Cloud
    from tests.emulator.document import Json

TRAIN = """\
define:/train
  ↳ run    → echo trained | tee model.bin
  ↳ outs   → model.bin
  ↳ target → runpod{options}

/train
"""


def play(project: Project, options: str = "", status: int = 0) -> dict[str, object]:
    """Run it, and return the record."""
    project.commit({"workflows/main.wf": TRAIN.format(options=options)}, "Train")
    project.done("run", "workflows/main.wf", status=status)
    shown = project.done("show", "latest", "--json")
    record: dict[str, object] = msgspec.json.decode(shown)
    return record


SURVIVED: dict[str, tuple[str, Json, Json]] = {
    "an answer that is lost": ("lost", {"operation": "createPod"}, {}),
    "a connection that is cut": ("dropped", {"operation": "createPod"}, {}),
    "an error of the server": ("answer", {"operation": "createPod"}, {"status": 502}),
    "too many requests": ("answer", {"operation": "createPod"}, {"status": 429, "retryAfter": 1}),
    "a list that fails": ("answer", {"operation": "listPods"}, {"status": 500}),
    "a stale address": ("pod", {}, {"stale": 90}),
    "a late address": ("pod", {}, {"addressAfter": 300}),
    "no address at all": ("pod", {}, {"addressAfter": None}),
    "an end before the beginning": (
        "pod",
        {},
        {"ending": "EXITED", "endingEarly": True, "endingAfter": 15},
    ),
    "a machine that breaks": ("pod", {}, {"ending": "ERROR"}),
    "a pod that vanishes": ("pod", {}, {"ending": "TERMINATED", "endingAfter": 20}),
    "an end whose answer is lost": ("lost", {"operation": "deletePod"}, {}),
    "an end that fails": ("answer", {"operation": "deletePod"}, {"status": 503}),
}


@pytest.mark.parametrize(("fault", "where", "details"), SURVIVED.values(), ids=SURVIVED)
def test_what_a_run_survives(
    rented: Project, runpod: Cloud, fault: str, where: Json, details: Json
) -> None:
    runpod.emulator.fail(fault, where=where, **details)
    record = play(rented)
    assert record["status"] == "succeeded"
    assert runpod.alive() == []
    assert len(set(runpod.names())) == len(runpod.names())
    assert accounted(record) == {entry["podId"]: entry["cents"] for entry in runpod.ledger()}


def accounted(record: dict[str, object]) -> dict[object, int]:
    """Return what the run's record says that each pod cost, in cents."""
    pods = record["pods"]
    assert isinstance(pods, list)
    return {pod["pod"]: round(pod["spent"] * 100) for pod in pods}


NAMED = "there are no longer"
MESSAGES: dict[str, tuple[str, Json, Json, str]] = {
    "no balance": (
        "answer",
        {"operation": "createPod"},
        {"status": 402, "detail": "insufficient balance"},
        (
            "`/train` could not be started: RunPod answers 402 (insufficient balance): put credit for an hour "
            "at least on the account: https://console.runpod.io/user/billing"
        ),
    ),
    "a wrong key": (
        "answer",
        {"operation": "listGpuTypes"},
        {"status": 401, "detail": "invalid bearer token"},
        (
            "`/train` could not be started: RunPod answers 401 (invalid bearer token): make a key at "
            "https://console.runpod.io/user/settings, `export RUNPOD_API_KEY=…`"
        ),
    ),
    "no capacity": (
        "no_capacity",
        {},
        {},
        (
            "`/train` could not be started: no pod is to be had: NVIDIA GeForce RTX 4090, SECURE, $0.44 an hour: "
            "There are no longer any instances available with the requested specifications. Please refresh and "
            "try again: wait (`retry:10 delay:5m`), or name further GPUs, clouds or data centres"
        ),
    ),
    "a start command that loops": (
        "pod",
        {},
        {"crashLoop": True},
        (
            "`/train` could not be started: the start command of `NVIDIA GeForce RTX 4090` pods ends again and "
            "again (python: cannot open /workspace/main.py): mend `image` or `template` of the target in `wf.toml`"
        ),
    ),
}


@pytest.mark.parametrize(("fault", "where", "details", "message"), MESSAGES.values(), ids=MESSAGES)
def test_what_a_run_does_not_survive(
    rented: Project, runpod: Cloud, fault: str, where: Json, details: Json, message: str
) -> None:
    runpod.emulator.fail(fault, where=where, **details)
    record = play(rented, status=1)
    error = record["error"]
    assert isinstance(error, dict)
    assert error["message"] == message
    assert runpod.alive() == []


@needs_faketime
@pytest.mark.parametrize("offset", [-7200, 7200])
def test_a_wrong_clock_is_no_matter(rented: Project, runpod: Cloud, offset: int) -> None:
    runpod.emulator.fail("pod", clockOff=offset)
    assert play(rented)["status"] == "succeeded"
    assert runpod.alive() == []


def test_an_image_without_sshd(rented: Project, runpod: Cloud) -> None:
    runpod.emulator.fail("pod", noSshd=True)
    record = play(rented, status=1)
    error = record["error"]
    assert isinstance(error, dict)
    assert "runs, and no sshd has let us in for 4 minutes" in error["message"]
    assert "its image has to start sshd with the key in `PUBLIC_KEY`" in error["message"]
    assert runpod.alive() == []


PLACES: dict[str, tuple[Json, str]] = {
    "a full disk": (
        {"diskMegabytes": 6},
        "the disk of the pod, of 20 GB, is full: give it more with `disk` of the target in `wf.toml`",
    ),
    "a home that may not be written": (
        {"readOnlyHome": True},
        (
            "(its last words: Start script(s) finished, pod is ready to use.): its image has to start sshd with "
            "the key in `PUBLIC_KEY`, as RunPod's own do: set `image` or `template` of the target in `wf.toml`"
        ),
    ),
}


@pytest.mark.parametrize(("details", "words"), PLACES.values(), ids=PLACES)
def test_a_pod_that_is_of_no_use(rented: Project, runpod: Cloud, details: Json, words: str) -> None:
    (rented.path / "data.bin").write_bytes(bytes(range(256)) * 40_000)
    runpod.emulator.fail("pod", where={}, **details)
    text = TRAIN.format(options="").replace("  ↳ outs", "  ↳ deps   → data.bin\n  ↳ outs")
    rented.commit({"workflows/main.wf": text}, "Train")
    rented.done("run", "workflows/main.wf", status=1)
    error = msgspec.json.decode(rented.done("show", "latest", "--json"))["error"]
    assert error["message"].startswith("`/train` could not be started: ")
    assert error["message"].endswith(words)
    assert "\n" not in error["message"]
    assert runpod.alive() == []


def test_the_next_candidate(rented: Project, runpod: Cloud) -> None:
    runpod.emulator.fail("no_capacity", where={"gpu": GPU}, detail="none left")
    record = play(rented, ' gpu:"RTX 4090,NVIDIA RTX A4000" cloud:SECURE,COMMUNITY')
    asked = [e for e in rented.events(rented.ended()[0]) if e["type"] == "pod.asked"]
    assert record["status"] == "succeeded"
    assert asked[-1]["reason"] == "NVIDIA GeForce RTX 4090, SECURE, $0.44 an hour: none left"


def test_a_key_that_is_not_there(
    rented: Project, runpod: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNPOD_API_KEY")
    record = play(rented, status=1)
    error = record["error"]
    assert isinstance(error, dict)
    assert error["message"] == (
        "`/train` could not be started: there is no `RUNPOD_API_KEY` in the environment of `git wf`: "
        "`export RUNPOD_API_KEY=…`"
    )
    assert runpod.names() == []
