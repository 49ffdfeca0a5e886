"""Runs on pods while everything fails at random, and whoever plays them is killed at random."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from tests.chaos import pods
from tests.emulator.document import Json
from tests.emulator.process import Emulator

WORKFLOW = """\
on:commit

define:/train sigma
  ↳ run          → if [ -e ckpt-$sigma ]; then echo again; fi; echo 1 > c; mv c ckpt-$sigma; sleep 0.4; echo "$sigma" > model-${sigma}
  ↳ params       → seed
  ↳ outs         → model-${sigma}
  ↳ outs_persist → ckpt-${sigma}
  ↳ target       → runpod

sweep:sigma=${params.sigmas} fail:never → retry:2 → /train $sigma
"""

TABLE = """
[target.runpod]
gpu = ["NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 3090"]
cloud = ["SECURE", "COMMUNITY"]
idle = {idle!r}
"""

CHANCES = {
    "lost": 0.03,
    "dropped": 0.03,
    "serverError": 0.03,
    "limited": 0.02,
    "noCapacity": 0.05,
    "exited": 0.06,
    "vanished": 0.06,
    "broken": 0.06,
    "stale": 0.1,
    "lateAddress": 0.05,
    "noAddress": 0.02,
    "slowPull": 0.02,
    "noSshd": 0.03,
    "crashLoop": 0.03,
}
ENDING_WITHIN = 180

PAIRS = 5
"""Every so many runs train two models side by side."""

SPEED = "80"
SCALE = "0.04"
HANGING = 150.0
"""Real seconds in which a run must have come to its end, however often it was killed."""


_ROOT = Path(__file__).parents[2]


class Figures(msgspec.Struct):
    """What campaigns came to."""

    runs: int = 0
    kills: int = 0
    succeeded: int = 0
    failed: int = 0
    hanging: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Return the sums of both."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Figures(*(one + two for one, two in pairs))


class Campaign:
    """A repository at ``path`` whose commits ask for runs on the pods of ``emulator``."""

    def __init__(
        self, path: Path, emulator: Emulator, seed: int, program: Sequence[str] = ("git-wf",)
    ) -> None:
        self.path = path
        self.emulator = emulator
        self.figures = Figures()
        self._dice = random.Random(seed)  # noqa: S311 - no secrets
        self._program = tuple(program)
        self._environment = {
            **os.environ,
            **emulator.environment,
            "PYTHONPATH": str(_ROOT),
            "GIT_WF_TIME_SCALE": SCALE,
        }

    def play(self, number: int, deadliness: float = 0.4) -> None:
        """Commit something, and have it reconciled until its run is over, killing whoever does at random."""
        self._commit(number)
        until = time.monotonic() + HANGING
        while not self.reconciled(until, deadliness):
            if time.monotonic() > until:
                self.figures.hanging += 1
                break
        self.figures.runs += 1

    def reconciled(self, until: float, deadliness: float = 0.0) -> bool:
        """Reconcile; return whether that came to its end. With so high a chance it is killed before."""
        process = subprocess.Popen(
            [*self._program, "reconcile"],
            cwd=self.path,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            is_doomed = self._dice.random() < deadliness
            limit = self._dice.uniform(0.2, 7.0) if is_doomed else until - time.monotonic()
            try:
                _, said = process.communicate(timeout=max(0.1, limit))
            except subprocess.TimeoutExpired:
                process.kill()
                self.figures.kills += 1
                return False
        assert "Traceback" not in said, said
        return True

    def settle(self) -> None:
        """Reconcile once more, undisturbed: what the last one could not end is ended now."""
        assert self.reconciled(time.monotonic() + HANGING)

    def accounts(self) -> dict[str, float]:
        """Return what this clone knows that its pods cost, in USD by id."""
        return pods.accounts(self.records(), self.path / ".git/wf/pods")

    def records(self) -> list[Json]:
        """Return the records of all runs."""
        found: list[Json] = msgspec.json.decode(self._wf("log", "--json"))
        return found

    def count(self) -> Figures:
        """Return the figures of all that was played."""
        statuses = [record["status"] for record in self.records()]
        self.figures.succeeded = statuses.count("succeeded")
        self.figures.failed = statuses.count("failed")
        return self.figures

    def _commit(self, number: int) -> None:
        sigmas = [1, 2] if number % PAIRS == 0 else [1]
        (self.path / "params.yaml").write_text(f"seed: {number}\nsigmas: {sigmas}\n")
        subprocess.run(["git", "add", "-A"], cwd=self.path, check=True)
        subprocess.run(["git", "commit", "-qm", f"Run {number}"], cwd=self.path, check=True)

    def _wf(self, *words: str) -> bytes:
        done = subprocess.run(
            [*self._program, *words],
            cwd=self.path,
            env=self._environment,
            check=True,
            capture_output=True,
        )
        return done.stdout


def lay_out(path: Path, idle: str = "2m") -> None:
    """Make the repository of a campaign, without a commit."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    subprocess.run(["git-wf", "init"], cwd=path, check=True, capture_output=True)
    (path / "workflows").mkdir(exist_ok=True)
    for old in (path / "workflows").glob("*.wf"):
        old.unlink()
    (path / "workflows" / "search.wf").write_text(WORKFLOW)
    with (path / "wf.toml").open("a") as file:
        file.write(TABLE.format(idle=idle))
