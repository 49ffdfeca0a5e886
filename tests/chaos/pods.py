"""What must be true of pods whatever happened: none left, none made twice for one job, each cent on record."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import cast

import msgspec
from tests.emulator.document import Json
from tests.emulator.process import Emulator

_NUMBER = re.compile(r"-\d+$")
_HALF_A_CENT = 0.005


def left(emulator: Emulator) -> list[str]:
    """Return the pods that still cost money."""
    return [str(pod["name"]) for pod in emulator.pods() if pod["status"] != "TERMINATED"]


def twice(emulator: Emulator) -> list[str]:
    """Return the names that two pods had, and the jobs that had two pods at once."""
    entries = cast("list[Mapping[str, str | None]]", emulator.ledger()["pods"])
    names = [str(entry["name"]) for entry in entries]
    found = [name for name in names if names.count(name) > 1]
    by_job: dict[str, list[Mapping[str, str | None]]] = defaultdict(list)
    for entry in entries:
        by_job[_NUMBER.sub("", str(entry["name"]))].append(entry)
    for job, pods in by_job.items():
        ordered = sorted(pods, key=lambda pod: str(pod["createdAt"]))
        for before, after in pairwise(ordered):
            if before["endedAt"] is None or str(after["createdAt"]) < str(before["endedAt"]):
                found.append(job)
    return sorted(set(found))


def unaccounted(emulator: Emulator, known: Mapping[str, float]) -> list[str]:
    """Return what pods cost that is not ``known``, in USD by id, to the cent."""
    return [
        f"{entry['podId']} cost {entry['total']}, on record is {known.get(str(entry['podId']))}"
        for entry in cast("list[Mapping[str, str]]", emulator.ledger()["pods"])
        if abs(_amount(entry["total"]) - known.get(str(entry["podId"]), -1.0)) >= _HALF_A_CENT
    ]


def accounts(records: Iterable[Json], ledger: Path) -> dict[str, float]:
    """Return what pods cost by the records of runs, and by the ledger of their clone: USD by id.

    The ledger alone has those that were ended after their run was.
    """
    return {**dict(_written(ledger)), **dict(pod for one in records for pod in _recorded(one))}


def _recorded(record: Json) -> Iterator[tuple[str, float]]:
    for pod in cast("list[Mapping[str, object]]", record["pods"]):
        if pod["spent"] is not None:
            yield str(pod["pod"]), float(str(pod["spent"]))


def _written(ledger: Path) -> Iterator[tuple[str, float]]:
    for path in ledger.glob("*/lease.json"):
        lease: Mapping[str, object] = msgspec.json.decode(path.read_bytes())
        if lease["pod"] is not None and lease["spent"] is not None:
            yield str(lease["pod"]), float(str(lease["spent"]))


def _amount(fraction: str) -> float:
    above, _, below = fraction.partition("/")
    return int(above) / int(below or 1)
