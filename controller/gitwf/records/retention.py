"""Which runs are kept: what `[keep]` of `wf.toml` covers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from gitwf.config.settings import Keep
from gitwf.records.environments import Deployment
from gitwf.records.fold import RunRecord
from gitwf.records.ids import time_of


def retained(
    runs: Sequence[RunRecord],
    deployments: Mapping[str, Sequence[Deployment]],
    keep: Keep,
    now: datetime,
) -> frozenset[str]:
    """Return the ids of the runs to keep, of ``runs``, newest first.

    ``deployments`` are the changes of each environment, newest first: what it stands at is always
    kept, and so is what has not ended.
    """
    kept = {run for history in deployments.values() for run in _last(history, max(1, keep.env))}
    kept.update(record.run for record in runs if not record.is_over)
    kept.update(_newest(runs, keep.runs))
    kept.update(r.run for r in runs if now - time_of(r.run) < timedelta(days=keep.days))
    return frozenset(kept)


def _last(history: Iterable[Deployment], count: int) -> list[str]:
    """Return the last runs that were deployed, each once."""
    return list(dict.fromkeys(made.run for made in history))[:count]


def _newest(runs: Iterable[RunRecord], count: int) -> Iterator[str]:
    """Yield the newest runs of each workflow and branch."""
    seen: Counter[tuple[str, str | None]] = Counter()
    for record in runs:
        place = (record.workflow, record.branch)
        seen[place] += 1
        if seen[place] <= count:
            yield record.run
