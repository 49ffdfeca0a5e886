"""Durable events: what a line in the journal costs until it is on the disk."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import Work, medians

from gitwf.records.event import EnvironmentChanging, Event
from gitwf.records.journal import Journal

EVENTS, NOTES, THREADS = 500, 50, 8


def measure(at: Path) -> Iterator[Row]:
    """Measure events that are synced, by one thread and by several, beside `git notes append`."""
    place = Place(at / "journal")
    place.write({"README.md": "notes\n"})
    place.commit("one")
    event = Event(
        "2026-01-01T00:00:00.000000Z", "0" * 26, 0, "0" * 26, EnvironmentChanging("e", None, "0")
    )
    with Journal(at / "runs" / "one" / "events.jsonl") as journal:

        def alone() -> None:
            for _ in range(EVENTS):
                journal.append(event)

        def together() -> None:
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(journal.append, [event] * EVENTS))

        def notes() -> None:
            for number in range(NOTES):
                subprocess.run(
                    ["git", "notes", "append", "--message", str(number)],
                    cwd=place.root,
                    env=place.environment,
                    check=True,
                    capture_output=True,
                )

        one, many, git = medians(Work(alone), Work(together), Work(notes))
    git = git.rate(NOTES)
    yield Row("durable events, one writer", one.rate(EVENTS), "git notes append", git, "per s")
    yield Row(f"durable events, {THREADS} writers", many.rate(EVENTS), unit="per s")
