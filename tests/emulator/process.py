"""An emulator as a process, and how a test drives it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import httpx
from tests.emulator.account import API_KEY
from tests.emulator.document import Json

_ROOT = Path(__file__).parents[2]
_END = 30.0


class Emulator:
    """A RunPod on a free port. It ends, with all its pods, when this is closed or this process dies."""

    def __init__(self, state: Path, *options: str) -> None:
        """Start one with its disks in `state`; `options` are those of the command."""
        command = [sys.executable, "-m", "tests.emulator", "--until-eof", "--port", "0"]
        self.state = state
        self.process = subprocess.Popen(
            [*command, "--state", str(state), *options],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._base()
        self.key = API_KEY
        authorization = {"Authorization": f"Bearer {self.key}"}
        self.api = httpx.Client(base_url=f"{self.url}/v2", headers=authorization, timeout=_END)
        self.control = httpx.Client(base_url=f"{self.url}/control", timeout=_END)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point a client at this emulator."""
        return {"RUNPOD_API_BASE_URL": self.url, "RUNPOD_API_KEY": self.key}

    def reset(self) -> None:
        """Begin again, as if it had just been started."""
        self._ask("POST", "/reset")

    def advance(self, seconds: float) -> None:
        """Jump ahead; all that is due by then has happened when this returns."""
        self._ask("POST", "/clock", {"advance": seconds})

    def set_speed(self, speed: float) -> None:
        """Have so many virtual seconds go by in a real one."""
        self._ask("POST", "/clock", {"speed": speed})

    def change(self, **settings: object) -> None:
        """Set `balance`, `dialect`, `limitScale` or `podKey`: `control.Change` has them all."""
        self._ask("PATCH", "/settings", settings)

    def fail(self, fault: str, *, where: Json | None = None, **details: object) -> None:
        """Have a fault of `faults.py` happen to what `where` says: `fail("lost", where={"operation": …})`."""
        self._ask("POST", "/faults", {**(where or {}), "fault": {"fault": fault, **details}})

    def forget_faults(self) -> None:
        """Have nothing fail any more."""
        self._ask("DELETE", "/faults", {})

    def draw_faults(self, seed: int, **chances: float) -> None:
        """Have things fail at random: `faults.Chaos` has the names."""
        self._ask("PUT", "/chaos", {"seed": seed, **chances})

    def end_pod(self, pod: str, status: str) -> None:
        """Have a pod end now: preempted (`EXITED`), broken (`ERROR`), vanished (`TERMINATED`)."""
        self._ask("POST", f"/pods/{pod}", {"status": status})

    def pods(self) -> list[Json]:
        """All pods that there ever were."""
        return cast("list[Json]", self._ask("GET", "/pods"))

    def ledger(self) -> Json:
        """What pods have cost, to the cent."""
        return cast("Json", self._ask("GET", "/ledger"))

    def requests(self) -> list[Json]:
        """The requests that came in."""
        return cast("list[Json]", self._ask("GET", "/requests"))

    def violations(self) -> list[str]:
        """What the emulator answered against its own document."""
        return cast("list[str]", self._ask("GET", "/violations"))

    def close(self) -> None:
        """End it and wait for it."""
        self.api.close()
        self.control.close()
        with self.process:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait(_END)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _ask(self, method: str, path: str, body: object = None) -> object:
        answer = self.control.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def _base(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"RUNPOD_API_BASE_URL=(\S+)", line):
                return found[1]
        raise AssertionError(f"the emulator ended with {self.process.wait()}")
