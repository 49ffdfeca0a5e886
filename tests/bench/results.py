"""What reading a long file of results takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import command, medians

LINES = 100_000


def measure(at: Path) -> Iterator[Row]:
    """Measure the best of so many results, and the newest twenty, as whole commands."""
    place = Place(at / "results")
    place.write(
        {"README.md": "words\n", "experiment_results.jsonl": "".join(map(_line, range(LINES)))}
    )
    place.commit("results")
    best, table, python = medians(
        command("git-wf", "results", "best", "--metric", "accuracy", cwd=place.root),
        command("git-wf", "results", "table", "-n", "20", cwd=place.root),
        command("python3", "-c", READ, cwd=place.root),
    )
    peer = "json.loads of each line"
    yield Row(f"git wf results best, {LINES} results", best, peer, python)
    yield Row(f"git wf results table -n 20, {LINES} results", table, peer, python)


READ = """
import json
max((json.loads(line) for line in open("experiment_results.jsonl")), key=lambda r: r["metrics"]["accuracy"])
"""


def _line(number: int) -> str:
    line = {
        "timestamp": "2025-10-21T14:03:11.123456",
        "phase": number % 3 + 1,
        "experiment_id": f"phase{number % 3 + 1}_time_warp_{number}",
        "metrics": {"accuracy": number * 7919 % LINES / LINES, "class_1_accuracy": 0.62},
        "config": {"time_warp_sigma": number / LINES, "hidden": 128},
    }
    return f"{json.dumps(line)}\n"
