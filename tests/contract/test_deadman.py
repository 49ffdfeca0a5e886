"""The dead-man's switch, on a real pod of the emulator: it ends a pod that nobody needs, with the pod's own key."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gitwf.targets.runpod.deadman import Switch

if TYPE_CHECKING:
    from tests.emulator.process import Emulator

_WAIT = 60.0


def rent(emulator: Emulator, switch: Switch, *, busy: bool = False) -> str:
    """Make a pod that starts ``switch``, and a job with it if it is ``busy``; return its id."""
    command = switch.start_command
    if busy:
        command = command.replace("exec /start.sh", "WF_RESULT=x sleep 600 & exec /start.sh")
    request = {
        "name": "wf-c-r1-4-1",
        "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        "cloud": "SECURE",
        "gpu": {"id": "NVIDIA GeForce RTX 4090", "count": 1},
        "disk": 20,
        "ports": ["22/tcp"],
        "args": command,
    }
    answer = emulator.api.post("/pods", json=request)
    assert answer.is_success, answer.text
    emulator.set_speed(60)
    return str(answer.json()["id"])


def becomes(emulator: Emulator, status: str) -> str:
    """Return the status of the one pod when it is ``status``, or after a while."""
    until = time.monotonic() + _WAIT
    while (now := str(emulator.pods()[0]["status"])) != status and time.monotonic() < until:
        time.sleep(0.1)
    return now


def test_it_ends_a_pod_that_nobody_needs(emulator: Emulator) -> None:
    rent(emulator, Switch(patience=2, limit=0, base=emulator.url))
    assert becomes(emulator, "TERMINATED") == "TERMINATED"


def test_it_stops_one_that_may_not_terminate_itself(emulator: Emulator) -> None:
    emulator.change(podKey="stop")
    rent(emulator, Switch(patience=2, limit=0, base=emulator.url))
    assert becomes(emulator, "EXITED") == "EXITED"


def test_it_ends_one_whose_money_is_used_up_though_a_job_runs(emulator: Emulator) -> None:
    rent(emulator, Switch(patience=2, limit=6, base=emulator.url), busy=True)
    assert becomes(emulator, "TERMINATED") == "TERMINATED"


def test_it_leaves_a_job_alone(emulator: Emulator) -> None:
    rent(emulator, Switch(patience=1, limit=0, base=emulator.url), busy=True)
    assert becomes(emulator, "RUNNING") == "RUNNING"
    emulator.advance(600)
    until = time.monotonic() + 4
    while time.monotonic() < until:
        assert becomes(emulator, "RUNNING") == "RUNNING"
