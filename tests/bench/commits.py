"""How long a commit waits until the first process of its run starts, with a controller running."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.place import Place, wait_until
from tests.bench.report import Row
from tests.bench.timing import Sample, median_of

COMMITS = 20

_PROBE = """\
define:/probe
  ↳ run → date +%s.%N > "$$PROBE"
/probe
"""


def measure(at: Path) -> Iterator[Row]:
    """Measure 20 commits, and what the controller that has played them keeps of the memory."""
    probe = at / "probe"
    waits, memory = _waits(Place(at / "commits", PROBE=str(probe)), probe)
    yield Row("commit → first process of its run, controller running", median_of(waits))
    yield Row(f"  the slowest of {COMMITS}", Sample(max(waits), 1))
    yield Row("memory of that controller, at rest again", Sample(memory, 1), unit="MiB")


def _waits(place: Place, probe: Path) -> tuple[list[float], float]:
    """Return, for each of 20 commits, the seconds from the return of `git commit` to the run's first process.

    With them comes the memory of the controller after the last one, in MiB.
    """
    place.run("git", "wf", "init")
    place.write({"workflows/probe.wf": _PROBE})
    place.commit("a probe")
    controller = subprocess.Popen(
        ["git-wf", "controller"],
        cwd=place.root,
        env=place.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(probe.exists)
        waits = [_one_commit(place, probe, number) for number in range(COMMITS)]
        ongoing = place.root / ".git" / "wf" / "ongoing"
        wait_until(lambda: not any(ongoing.iterdir()))
        memory = float(place.run("ps", "-o", "rss=", "-p", str(controller.pid))) / 1024
    finally:
        controller.send_signal(signal.SIGTERM)
        controller.wait()
    runs = json.loads(place.run("git", "wf", "log", "--json"))
    if len(runs) != COMMITS + 1:
        sys.exit(f"{len(runs)} runs are on record, expected {COMMITS + 1}")
    return waits, memory


def _one_commit(place: Place, probe: Path, number: int) -> float:
    settled = place.root / ".git" / "wf" / "runs"
    wait_until(lambda: all(_is_over(run) for run in settled.iterdir()))
    probe.unlink()
    place.write({"workflows/probe.wf": f"{_PROBE}/echo {number}\n"})
    place.run("git", "add", "--all")
    place.run("git", "commit", "--quiet", "--message", f"commit {number}")
    returned = time.time()
    wait_until(lambda: probe.exists() and probe.stat().st_size > 0)
    return max(0.0, float(probe.read_text()) - returned)


def _is_over(run: Path) -> bool:
    return b"run.finished" in (run / "events.jsonl").read_bytes()
