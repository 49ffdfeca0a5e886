"""Brings the notes of an outbox to a store, in their order, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from gitwf.tracking.note import RUN, Create, End, Log, Note
from gitwf.tracking.outbox import Outbox
from gitwf.tracking.series import read_series
from gitwf.tracking.store import MOST, MOST_METRICS, Metric, RefusedError, Store

T = TypeVar("T")

IDENTITY = ("wf.run", "wf.step")
"""The tags that tell our runs apart in a store."""


def deliver(
    outbox: Outbox, experiment: str, store: Store, refused: Callable[[str], object], *, again: bool
) -> bool:
    """Deliver what waits in ``outbox``; return whether the run is over and all of it is there.

    What the store will never take is left out, and ``refused`` is told why. ``again``: an attempt
    before this one may have begun a run without our hearing of it, so the store is asked first.

    Raises:
        UnavailableError: if the store cannot be reached; what is there already is noted.
    """
    delivery = _Delivery(outbox, experiment, store, again=again)
    is_over = False
    for waiting in outbox.waiting():
        try:
            delivery.send(waiting.note)
        except RefusedError as error:
            refused(str(error))
        outbox.sent(waiting.end)
        is_over = isinstance(waiting.note, End) and waiting.note.key == RUN
    return is_over


class _Delivery:
    def __init__(self, outbox: Outbox, experiment: str, store: Store, *, again: bool) -> None:
        self._outbox = outbox
        self._experiment = experiment
        self._store = store
        self._again = again
        self._ids = dict(outbox.ids())
        self._id: str | None = None

    def send(self, note: Note) -> None:
        """Send one note."""
        match note:
            case Create():
                if note.key not in self._ids:
                    self._begin(note)
            case Log():
                self._log(note)
            case End():
                self._add(note.key, (), {}, note.tags)
                self._store.end(self._known(note.key), note.status, note.at)

    def _begin(self, note: Create) -> None:
        tags = dict(note.tags)
        if note.key != RUN and RUN in self._ids:
            tags["mlflow.parentRunId"] = self._ids[RUN]
        if self._id is None:
            self._id = self._looked_up()
        found = None
        if self._again:
            found = self._store.find(self._id, {key: tags[key] for key in IDENTITY})
        id_ = found or self._store.create(self._id, note.name, note.at, tags)
        self._ids[note.key] = id_
        self._outbox.give(note.key, id_)

    def _looked_up(self) -> str:
        try:
            return self._store.experiment(self._experiment)
        except RefusedError:  # of two that make it at once one hears that it is there already
            return self._store.experiment(self._experiment)

    def _log(self, note: Log) -> None:
        self._add(note.key, self._metrics(note), note.params, note.tags)

    def _metrics(self, note: Log) -> Iterator[Metric]:
        series = {each.metric for each in note.series}
        for key, value in note.metrics.items():
            if key not in series:
                yield Metric(key, value, note.at, note.index)
        for each in note.series:
            yield from read_series(each.metric, self._outbox.file(each.file), note.at)

    def _add(
        self,
        key: str,
        metrics: Iterable[Metric],
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> None:
        run = self._known(key)
        for batch in _batches(metrics, MOST_METRICS):
            self._store.log(run, batch, {}, {})
        for pairs in _batches(params.items(), MOST):
            self._store.log(run, (), dict(pairs), {})
        for pairs in _batches(tags.items(), MOST):
            self._store.log(run, (), {}, dict(pairs))

    def _known(self, key: str) -> str:
        if key not in self._ids:
            raise RefusedError(f"the run of `{key or 'all'}` was never begun")
        return self._ids[key]


def _batches(items: Iterable[T], most: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while batch := list(islice(rest, most)):
        yield batch
