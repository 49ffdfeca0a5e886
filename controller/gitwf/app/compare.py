"""`git wf results compare`: two runs side by side, params, metrics and deps."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from gitwf.app.executed import Executed
from gitwf.app.history import find, known
from gitwf.app.session import Session
from gitwf.records.event import Event, StepFinished, decode
from gitwf.records.fold import RunRecord
from gitwf.records.store import Records
from gitwf.results.entry import text

PARAMS, METRICS, DEPS = "params", "metrics", "deps"
"""The kinds of what is compared, in their order."""


class Compared(msgspec.Struct, frozen=True):
    """Something that both runs have, or one; ``kind`` is one of `PARAMS`, `METRICS`, `DEPS`.

    ``old`` and ``new`` are what it was in the first and the second, as text; of a dep its MD5.
    """

    kind: str
    name: str
    old: str | None
    new: str | None

    @property
    def differs(self) -> bool:
        """Whether the two differ."""
        return self.old != self.new


class Comparison(msgspec.Struct, frozen=True):
    """Two runs, without their steps, and what they were made with and came to."""

    runs: tuple[RunRecord, RunRecord]
    compared: tuple[Compared, ...]


Facts = Mapping[tuple[str, str], str]
"""What is known of a run: text by kind and name."""


def compare(session: Session, first: str, second: str) -> Comparison:
    """Return what two runs have in common and what not.

    Raises:
        UnknownRunError: if a word names no run.
    """
    repository = session.repository()
    records = Records(repository)
    runs = [find(repository, records, word) for word in (first, second)]
    one, other = (known(records, run) for run in runs)
    old, new = (_facts(records, record) for record in (one, other))
    names = dict.fromkeys([*old, *new])
    kinds = (PARAMS, METRICS, DEPS)
    ordered = sorted(names, key=lambda name: kinds.index(name[0]))
    compared = tuple(Compared(*name, old.get(name), new.get(name)) for name in ordered)
    return Comparison((one.summary(), other.summary()), compared)


def _facts(records: Records, record: RunRecord) -> Facts:
    facts: dict[tuple[str, str], str] = {}
    for entry in Executed(records.runs, record.run).entries.values():
        for file, params in entry.params.items():
            prefix = "" if file == "params.yaml" else f"{file}:"
            facts |= {(PARAMS, f"{prefix}{k}"): _spelled(v) for k, v in params.items()}
        facts |= {(DEPS, item.path): item.content.md5 for item in entry.deps}
    return facts | {(METRICS, name): value for name, value in _metrics(record)}


def _metrics(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Yield the metrics of a run by name; where several commands have one, with the command."""
    measured = list(_measured(record))
    counts = Counter(name for _, metrics in measured for name in metrics)
    for command, metrics in measured:
        for name, value in metrics.items():
            yield (name if counts[name] == 1 else f"{name} of {command}"), text(value)


def _measured(record: RunRecord) -> Iterator[tuple[str, Mapping[str, msgspec.Raw]]]:
    """Yield each command that measured, with its metrics, in the order of the plan."""
    events = [decode(bytes(raw)) for raw in record.steps]
    for event in sorted(events, key=_place):
        if isinstance(event.body, StepFinished) and (metrics := event.extra.get("metrics")):
            called = " ".join((event.body.command, *event.body.args))
            yield called, msgspec.json.decode(metrics, type=dict[str, msgspec.Raw])


def _place(event: Event) -> list[tuple[int, str]]:
    """Return what orders steps as the plan has them: ``3[10]`` behind ``3[9]``."""
    step = event.body.step if isinstance(event.body, StepFinished) else ""
    return [(int(part or 0), word) for part, word in re.findall(r"(\d*)(\D*)", step)]


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
