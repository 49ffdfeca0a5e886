"""What tests of the emulator share: keys, a request, logging in."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from tests.emulator.document import Json
from tests.emulator.process import Emulator

GPU = "NVIDIA GeForce RTX 4090"
DEADLINE = 30.0
Value = TypeVar("Value")


class Login:
    """A key pair and a file of host keys of its own, for OpenSSH's client."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")]
        subprocess.run(key, check=True)
        self.public_key = (folder / "key.pub").read_text().strip()

    def forget_hosts(self) -> None:
        """Forget the host keys seen."""
        (self._folder / "known_hosts").unlink()

    def options(self, port: object, flag: str = "-p") -> list[str]:
        """Options for `ssh`, or with `-P` for `scp`."""
        settings = [
            "StrictHostKeyChecking=accept-new",
            f"UserKnownHostsFile={self._folder / 'known_hosts'}",
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            "ConnectTimeout=5",
            "LogLevel=ERROR",
        ]
        options = [part for setting in settings for part in ("-o", setting)]
        return ["-F", "none", "-i", str(self._folder / "key"), *options, flag, str(port)]

    def run(self, port: object, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a pod."""
        return subprocess.run(
            ["ssh", *self.options(port), "root@127.0.0.1", command],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def output(self, port: object, command: str) -> str:
        """Run a command in a pod as soon as it lets one in, and return what it wrote."""

        def run() -> subprocess.CompletedProcess[str] | None:
            done = self.run(port, command)
            return done if done.returncode != 255 else None

        done = until(run)
        assert done.returncode == 0, done.stderr
        return done.stdout


def until(look: Callable[[], Value | None]) -> Value:
    """What `look` sees, once it sees something."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.05)
    raise AssertionError("it did not come")


@pytest.fixture
def login(tmp_path: Path) -> Login:
    """A key that pods are given, and what logs in with it."""
    return Login(tmp_path)


def request_for(login: Login | None = None, /, **fields: object) -> Json:
    """A create request; without a login the pod has no key."""
    body: Json = {
        "name": "wf-train",
        "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        "gpu": {"id": GPU, "count": 1},
        "disk": 20,
        "ports": ["22/tcp"],
        "env": {"PUBLIC_KEY": login.public_key} if login else {},
    }
    return {name: value for name, value in (body | fields).items() if value is not None}


def create(emulator: Emulator, login: Login | None = None, /, **fields: object) -> Json:
    """Make a pod, and return it."""
    answer = emulator.api.post("/pods", json=request_for(login, **fields))
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def get(emulator: Emulator, pod: Json) -> Json:
    """The pod as it is now."""
    answer = emulator.api.get(f"/pods/{pod['id']}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def running(emulator: Emulator, login: Login | None = None, /, **fields: object) -> Json:
    """Make a pod, and let time go by until its address is known."""
    pod = create(emulator, login, **fields)
    emulator.advance(63)
    return get(emulator, pod)


def port(pod: Json) -> int:
    """The port that a pod is said to be reached at."""
    ssh = pod["ssh"]
    assert isinstance(ssh, dict)
    return int(ssh["direct"]["port"])


def log(emulator: Emulator, pod: Json, **query: str) -> list[str]:
    """The lines that a pod has logged: what comes before its stream falls silent."""
    return [str(event["line"]) for _, event in events(emulator, pod, query)]


def events(
    emulator: Emulator, pod: Json, query: dict[str, str], headers: dict[str, str] | None = None
) -> list[tuple[str, Json]]:
    """The ids and the data of a log's events, up to its falling silent."""
    found: list[tuple[str, Json]] = []
    address = f"/pods/{pod['id']}/logs"
    silence = httpx.Timeout(DEADLINE, read=0.5)
    with (
        suppress(httpx.ReadTimeout),
        emulator.api.stream(
            "GET", address, params=query, headers=headers, timeout=silence
        ) as answer,
    ):
        assert answer.headers["content-type"] == "text/event-stream"
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                found.append((value, {}))
            elif name == "data":
                found[-1] = found[-1][0], json.loads(value)
    return found
