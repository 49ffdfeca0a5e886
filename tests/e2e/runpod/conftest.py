"""A RunPod of the test's own, and a project whose steps run on its pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.emulator.document import Json
    from tests.emulator.fixture import MakeEmulator
    from tests.emulator.process import Emulator

GPU = "NVIDIA GeForce RTX 4090"

TABLE: Mapping[str, object] = {"gpu": [GPU], "disk": 20}


class Cloud:
    """RunPod, as the test sees it from its side of the counter."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def alive(self) -> list[Json]:
        """The pods that cost money."""
        return [pod for pod in self.emulator.pods() if pod["status"] != "TERMINATED"]

    def names(self) -> list[str]:
        """The names of all pods that there ever were."""
        return [str(pod["name"]) for pod in self.emulator.pods()]

    def ledger(self) -> list[Json]:
        """What each pod has cost."""
        return cast("list[Json]", self.emulator.ledger()["pods"])


@pytest.fixture
def runpod(make_emulator: MakeEmulator, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A RunPod whose time goes a minute a second, without a limit of requests."""
    emulator = make_emulator("--speed", "60", "--limit-scale", "0", "--seed", "1")
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.04")
    return Cloud(emulator)


def table(**settings: object) -> str:
    """The table of `wf.toml` that says what pods are like."""

    def text(value: object) -> str:
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{k} = {text(v)}" for k, v in value.items()) + "}"
        return repr(value)

    lines = (f"{name} = {text(value)}" for name, value in {**TABLE, **settings}.items())
    return "\n[target.runpod]\n" + "\n".join(lines) + "\n"


@pytest.fixture
def rented(ready: Project, runpod: Cloud) -> Project:  # noqa: ARG001 - it is there
    """A repository whose `wf.toml` says what pods are like; without a commit."""
    with (ready.path / "wf.toml").open("a") as file:
        file.write(table())
    return ready
