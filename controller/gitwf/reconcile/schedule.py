"""`on:schedule`: when a workflow is due. Times are UTC, and of those that were missed the last one counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from gitwf.cron import parse_cron
from gitwf.records.clock import spell
from gitwf.records.seen import TIMES
from gitwf.records.store import Records


def last_due(crons: Iterable[str], now: datetime) -> str:
    """Return the last time up to ``now`` that one of ``crons`` means, as records spell it, or nothing."""
    times = (cron.last(now) for text in crons if (cron := parse_cron(text)))
    return max((spell(at) for at in times if at), default="")


def next_due(crons: Iterable[str], now: datetime) -> datetime | None:
    """Return the next time after ``now`` that one of ``crons`` means, or None."""
    times = (cron.following(now) for text in crons if (cron := parse_cron(text)))
    return min((at for at in times if at), default=None)


def counted_since(
    records: Records, branch: str, schedules: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Return since when the schedules of workflows on ``branch`` count, by workflow.

    One that was never seen, or otherwise, counts from now on: what was due before is not caught up.
    """
    known, now = records.seen.read(TIMES) or {}, spell(records.clock.now())
    since: dict[str, str] = {}
    for workflow, crons in schedules.items():
        at, _, before = known.get(f"{branch}:{workflow}", "").partition(" ")
        since[workflow] = at if before == "; ".join(crons) else now
    return since


def is_new(records: Records, branch: str, schedules: Mapping[str, tuple[str, ...]]) -> bool:
    """Return whether `note_schedules` would record anything."""
    known = records.seen.read(TIMES) or {}
    return _noted(records, branch, schedules, known) != known


def note_schedules(records: Records, branch: str, schedules: Mapping[str, tuple[str, ...]]) -> None:
    """Record since when the schedules of workflows on ``branch`` count, where that is new."""
    known = records.seen.read(TIMES) or {}
    seen = _noted(records, branch, schedules, known)
    if seen != known:
        records.seen.write(TIMES, seen)


def _noted(
    records: Records,
    branch: str,
    schedules: Mapping[str, tuple[str, ...]],
    known: Mapping[str, str],
) -> dict[str, str]:
    since = counted_since(records, branch, schedules)
    others = {key: value for key, value in known.items() if key.partition(":")[0] != branch}
    own = {f"{branch}:{w}": f"{at} {'; '.join(schedules[w])}" for w, at in since.items()}
    return others | own
