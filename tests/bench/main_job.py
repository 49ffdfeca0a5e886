"""`make bench`: what a user waits for, measured as whole commands, beside the peers where there are any.

Prints a table of medians; nothing fails on a time. Every row is measured with the installed command
at its default settings, in a repository made for it, and its runs can be shown by `git wf show`.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

COMMITS = 20
DEADLINE = 60.0

_TRAIN = """\
import json, pathlib, sys, time
time.sleep({seconds})
pathlib.Path("model.txt").write_text("model of " + pathlib.Path("params.yaml").read_text())
json.dump({{"accuracy": 0.9}}, open("metrics.json", "w"))
"""

_WORKFLOW = """\
define:/train
  ↳ run     → python3 train.py
  ↳ deps    → train.py
  ↳ params  → lr
  ↳ outs    → model.txt
  ↳ metrics → metrics.json
define:/deploy
  ↳ run    → cp model.txt "$$SERVED"
  ↳ effect → production
$model = /train
if:$model.accuracy > 0.8 → /deploy → /fail
"""

_PROBE = """\
define:/probe
  ↳ run → date +%s.%N > "$$PROBE"
/probe
"""

_DVC = """\
stages:
  train:
    cmd: python3 train.py
    deps: [train.py]
    params: [lr]
    outs: [model.txt]
    metrics: [metrics.json]
"""


class Place:
    """A repository to measure in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.probe = root.parent / "probe"
        self.served = root.parent / "served"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "WF_"))},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "bench",
            "GIT_AUTHOR_EMAIL": "bench@example.org",
            "GIT_COMMITTER_NAME": "bench",
            "GIT_COMMITTER_EMAIL": "bench@example.org",
            "DVC_NO_ANALYTICS": "1",
            "PROBE": str(self.probe),
            "SERVED": str(self.served),
        }
        root.mkdir()
        self.run("git", "init", "--quiet", "--initial-branch=main")

    def run(self, *command: str) -> str:
        """Run a command here and return what it printed; it must succeed."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def write(self, **files: str) -> None:
        """Write files; an underscore pair in a name is a slash, a single one a dot."""
        for name, text in files.items():
            path = self.root / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", message)

    def timed(self, *command: str) -> float:
        """Return the seconds that a command takes."""
        begun = time.monotonic()
        self.run(*command)
        return time.monotonic() - begun


def wait_until(done: Callable[[], bool]) -> None:
    """Return when ``done`` says so, looking every millisecond."""
    deadline = time.monotonic() + DEADLINE
    while not done():
        if time.monotonic() > deadline:
            sys.exit("nothing happened for a minute")
        time.sleep(0.001)


def commit_to_process(place: Place) -> list[float]:
    """Return, for each of 20 commits, the seconds from the return of `git commit` to the run's first process."""
    place.run("git", "wf", "init")
    place.write(workflows__probe_wf=_PROBE)
    place.commit("a probe")
    controller = subprocess.Popen(
        ["git", "wf", "controller"],
        cwd=place.root,
        env=place.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(place.probe.exists)
        waits = [_one_commit(place, number) for number in range(COMMITS)]
        ongoing = place.root / ".git" / "wf" / "ongoing"
        wait_until(lambda: not any(ongoing.iterdir()))
    finally:
        controller.send_signal(signal.SIGTERM)
        controller.wait()
    runs = json.loads(place.run("git", "wf", "log", "--json"))
    if len(runs) != COMMITS + 1:
        sys.exit(f"{len(runs)} runs are on record, expected {COMMITS + 1}")
    return waits


def _one_commit(place: Place, number: int) -> float:
    settled = place.root / ".git" / "wf" / "runs"
    wait_until(lambda: all(_is_over(run) for run in settled.iterdir()))
    place.probe.unlink()
    place.write(workflows__probe_wf=f"{_PROBE}/echo {number}\n")
    place.run("git", "add", "--all")
    place.run("git", "commit", "--quiet", "--message", f"commit {number}")
    returned = time.time()
    wait_until(lambda: place.probe.exists() and place.probe.stat().st_size > 0)
    return max(0.0, float(place.probe.read_text()) - returned)


def _is_over(run: Path) -> bool:
    return b"run.finished" in (run / "events.jsonl").read_bytes()


def rollback(place: Place, seconds: float) -> tuple[float, float, float]:
    """Return the seconds of a first `reconcile` that trains, of the rollback, and of its `git revert`."""
    place.run("git", "wf", "init")
    place.write(
        workflows__main_wf=_WORKFLOW,
        train_py=_TRAIN.format(seconds=seconds),
        params_yaml="lr: 0.1\n",
    )
    place.commit("one")
    first = place.timed("git", "wf", "reconcile")
    model = place.served.read_bytes()
    place.write(params_yaml="lr: 0.2\n")
    place.commit("two")
    place.run("git", "wf", "reconcile")
    revert = place.timed("git", "revert", "--no-edit", "HEAD")
    back = place.timed("git", "wf", "reconcile")
    if place.served.read_bytes() != model:
        sys.exit("the first model is not in place again")
    return first, back, revert


def dvc(place: Place, seconds: float) -> tuple[float, float]:
    """Return the seconds that `dvc repro` takes for the same project: the first time, and back again."""
    place.run("dvc", "init", "--quiet")
    place.write(dvc_yaml=_DVC, train_py=_TRAIN.format(seconds=seconds), params_yaml="lr: 0.1\n")
    place.commit("one")
    first = place.timed("dvc", "repro", "--quiet")
    place.commit("one, trained")
    place.write(params_yaml="lr: 0.2\n")
    place.run("dvc", "repro", "--quiet")
    place.commit("two")
    place.run("git", "revert", "--no-edit", "HEAD")
    return first, place.timed("dvc", "repro", "--quiet")


def main() -> None:
    """Measure and print."""
    seconds = 2.0
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)

        def place(name: str) -> Place:
            (at / name).mkdir()
            return Place(at / name / "repo")

        waits = commit_to_process(place("commit"))
        first, back, revert = rollback(place("rollback"), seconds)
        peer_first, peer_back = dvc(place("dvc"), seconds)
    rows = [
        ("commit → first process of its run, controller running", statistics.median(waits), None),
        ("  the slowest of 20", max(waits), None),
        (f"a run that trains for {seconds:g} s, deploys, is recorded", first, peer_first),
        ("rollback: the same after `git revert`, nothing trained", back, peer_back),
        ("  `git revert` itself", revert, None),
    ]
    print(f"{'':56}{'git wf':>9}{'dvc repro':>11}{'ratio':>7}")
    for name, ours, peer in rows:
        beside = f"{peer:10.3f}s{ours / peer:7.2f}" if peer else ""
        print(f"{name:56}{ours:8.3f}s{beside}")
    print("(dvc repro neither deploys nor records anything; medians, one machine, one go)")


if __name__ == "__main__":
    main()
