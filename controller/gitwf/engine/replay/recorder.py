"""Writes a run down: every event into the local journal at once, all of it into git in batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

import msgspec

from gitwf.engine.replay.mask import Mask
from gitwf.records.adopting import Claim
from gitwf.records.clock import parse, spell
from gitwf.records.event import (
    Body,
    EnvironmentChanged,
    Event,
    JobPlaced,
    RunAdopted,
    RunApproved,
    RunFinished,
    RunQueued,
    RunStarted,
    encode,
)
from gitwf.records.fold import RunRecord, fold
from gitwf.records.journal import Journal
from gitwf.records.pace import scaled
from gitwf.records.runs import Snapshot
from gitwf.records.store import Records
from gitwf.repo.commits import Change
from gitwf.repo.errors import RepositoryError

INTERVAL = 10.0
"""Seconds after which at the latest an event is in git."""

HEARTBEAT = scaled(60.0)
"""Seconds after which the ref of a run moves although nothing has happened: its owner lives."""

_NOTED = (RunQueued, RunApproved, RunStarted, RunAdopted, RunFinished, EnvironmentChanged)
_AWAITED = (*_NOTED, JobPlaced)
"""What is brought into git at once."""

Listener = Callable[[Event], None]


class Files(msgspec.Struct, frozen=True):
    """What a run adds to the tree of its commit: files, and results by stage key."""

    files: Mapping[str, Change] = {}
    results: Mapping[str, bytes] = {}


class RunRecorder:
    """Writes the events of one run. Threads may share it.

    ``gather`` returns what else belongs into the run's ref at that moment. ``secrets`` are values
    that no record may hold. The refs follow the journal in a thread of their own.
    """

    def __init__(
        self,
        records: Records,
        run: str,
        commit: str,
        plan: bytes,
        journal: Journal,
        gather: Callable[[], Files],
        secrets: Iterable[str] = (),
        listener: Listener | None = None,
    ) -> None:
        self._records = records
        self._run = run
        self._commit = commit
        self._plan = plan
        self._journal = journal
        self._gather = gather
        self._mask = Mask(secrets)
        self._listener = listener
        self._events = journal.read()
        self._told = [event for event in self._events if event.is_run_level]
        self._noted: set[str] = set()
        self._flushed = 0
        self._beat = time.monotonic()
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._due = threading.Event()
        self._closed = threading.Event()
        self._problem: RepositoryError | None = None
        self._claim = Claim(records, run)
        self._is_taken = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="git-wf-records", daemon=True)
        self._thread.start()

    def emit(self, body: Body, extra: Mapping[str, msgspec.Raw] | None = None) -> Event:
        """Record an event; one that announces something is on disk when this returns.

        Raises `TakenOverError` where another clone plays the run now.
        """
        if self._is_taken.is_set():
            self.check()
        with self._lock:
            at, id_ = self._now(), self._records.ids.new()
            event = Event(at, id_, self._records.epoch, self._run, body, extra=dict(extra or {}))
            event = self._mask.event(event)
            self._journal.append(event)
            self._events.append(event)
            if event.is_run_level:
                self._told.append(event)
        if self._listener:
            self._listener(event)
        if isinstance(body, _AWAITED):
            self._due.set()
        return event

    def check(self) -> None:
        """Raise `TakenOverError` where another clone plays the run now: nothing more is written then."""
        if self._claim.is_taken():
            self._is_taken.set()
        self._claim.check()

    def _now(self) -> str:
        """Return the time of the next event: after that of the last, whatever became of the clock."""
        now = spell(self._records.clock.now())
        if not self._events or now > self._events[-1].at:
            return now
        return spell(parse(self._events[-1].at) + timedelta(microseconds=1))

    def record(self) -> RunRecord | None:
        """Return what is known of the run now, without its steps; None before its start."""
        with self._lock:
            events = list(self._told)
        return fold(events)

    def known(self) -> RunRecord:
        """Return what is known of the run, which has started, without its steps."""
        return _begun(self.record())

    def whole(self) -> RunRecord:
        """Return what is known of the run, which has started."""
        with self._lock:
            events = list(self._events)
        return _begun(fold(events))

    def flush(self) -> str:
        """Bring all that was recorded into git; return the commit that the run's ref stands at."""
        with self._flushing:
            with self._lock:
                events, told = list(self._events), list(self._told)
            extra = self._gather()
            results = {key: self._mask.json(text) for key, text in extra.results.items()}
            snapshot = Snapshot(self._run, self._commit, events, self._plan, extra.files, results)
            new = [e for e in told if isinstance(e.body, _NOTED) and e.id not in self._noted]
            tip = self._records.publishing.publish(snapshot, list(map(encode, new)))
            self._noted.update(event.id for event in new)
            self._flushed, self._beat = len(events), time.monotonic()
            self._records.written(urgent=any(event.body.is_terminal for event in told))
            return tip

    def close(self) -> None:
        """Bring the rest into git and end. Raises what kept the records from being written."""
        self._closed.set()
        self._due.set()
        self._thread.join()
        try:
            if self._events and not self._is_taken.is_set():
                self.flush()
        finally:
            self._journal.close()

    def _is_due(self) -> bool:
        """Return whether there is anything to bring into git: an event, or a sign of life."""
        return len(self._events) > self._flushed or (
            bool(self._events) and time.monotonic() - self._beat > HEARTBEAT
        )

    def _follow(self) -> None:
        while not self._closed.is_set():
            self._due.wait(INTERVAL)
            self._due.clear()
            if self._closed.is_set() or self._is_taken.is_set() or not self._is_due():
                continue
            try:
                self.flush()
            except (RepositoryError, OSError):
                # The journal has it all; `close` tries again and tells.
                continue


def _begun(record: RunRecord | None) -> RunRecord:
    if record is None:
        raise ValueError("a run is recorded from its start on")
    return record
