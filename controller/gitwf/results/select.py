"""Which results are asked for, and which of them is the best."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from gitwf.results.entry import Entry, flat

USUAL = "accuracy"
"""The metric that is meant where none is named and there are several."""


class Wanted(msgspec.Struct, frozen=True):
    """Which results: of a phase, of experiments whose name fits a glob, with a metric; None: any.

    ``least``: the least of the metric is the best, as with a loss.
    """

    phase: str | None = None
    experiment: str | None = None
    metric: str | None = None
    least: bool = False

    def fits(self, entry: Entry) -> bool:
        """Return whether ``entry`` is one of them."""
        return (
            (self.phase is None or entry.is_of(self.phase))
            and (self.experiment is None or fnmatchcase(entry.name, self.experiment))
            and (self.metric is None or entry.metric(self.metric) is not None)
        )

    def words(self) -> str:
        """Return what is wanted, for a sentence: ``of phase 1 with `accuracy```."""
        named = f" called `{self.experiment}`" if self.experiment else ""
        phase = f" of phase {self.phase}" if self.phase else ""
        metric = f" with `{self.metric}`" if self.metric else ""
        return f"{named}{phase}{metric}"


def best(entries: Iterable[Entry], metric: str, *, least: bool = False) -> Entry | None:
    """Return the entry whose ``metric`` is best, the first of equals; None where none has it."""
    measured = ((value, entry) for entry in entries if (value := entry.metric(metric)) is not None)
    pick = min if least else max
    return pick(measured, key=lambda pair: pair[0], default=(0.0, None))[1]


def ranked(entries: Iterable[Entry], metric: str, *, least: bool = False) -> list[Entry]:
    """Return the entries that have ``metric``, the best first, equals in their order."""
    measured = [(value, e) for e in entries if (value := e.metric(metric)) is not None]
    return [e for _, e in sorted(measured, key=lambda p: p[0] if least else -p[0])]


def usual_metric(names: Iterable[str]) -> str | None:
    """Return the metric that is meant where nobody names one, or None where that is not clear."""
    known = list(dict.fromkeys(names))
    if USUAL in known:
        return USUAL
    return known[0] if len(known) == 1 else None


def metric_names(entries: Iterable[Entry]) -> list[str]:
    """Return the names of all metrics that are numbers, those of objects dotted.

    Of entries with metrics of the same names one is looked at: files are long, and alike.
    """
    unlike = {tuple(entry.metrics): entry for entry in entries}.values()
    names = ((name, e.metric(name)) for e in unlike for name, _ in flat(e.metrics))
    return list(dict.fromkeys(name for name, value in names if value is not None))


def chosen(entries: list[Entry], wanted: Wanted, most: int | None) -> list[Entry]:
    """Return what a table shows: the best first where a metric is wanted, else the newest first."""
    if wanted.metric:
        return ranked(entries, wanted.metric, least=wanted.least)[:most]
    return entries[::-1][:most]
