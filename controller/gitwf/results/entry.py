"""A result: one experiment as a line of `experiment_results.jsonl`.

The form is the one that people's own scripts write: `timestamp phase experiment_id metrics config`,
as `json.dumps` of Python has it. We add `run` and `step`: which run of git wf it came from.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping

import msgspec
from msgspec import Raw

from gitwf.language.value import Value, from_json, to_json


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A result. Values stay the JSON text that they were: a number keeps its spelling.

    ``timestamp`` is local time as ISO 8601 has it, without a zone; ``phase`` is a number or a name.
    """

    metrics: dict[str, Raw]
    timestamp: Raw = Raw(b'""')
    phase: Raw = Raw(b"0")
    experiment_id: Raw = Raw(b'""')
    config: dict[str, Raw] = {}
    run: str | None = None
    step: str | None = None

    @property
    def name(self) -> str:
        """What the experiment is called."""
        return text(self.experiment_id)

    def metric(self, name: str) -> float | None:
        """Return a metric as a number; dots reach into objects. None where there is none."""
        found = self.metrics.get(name)
        if found is None and "." in name:
            found = next((raw for key, raw in flat(self.metrics) if key == name), None)
        return None if found is None else _number(found)

    def is_of(self, phase: str) -> bool:
        """Return whether it belongs to this phase: `1`, however the file spells it."""
        return text(self.phase) == phase

    def value(self) -> dict[str, Value]:
        """Return the result as a workflow sees it: the line, and the fields of metrics and config."""
        metrics, config = _values(self.metrics), _values(self.config)
        line: dict[str, Value] = {
            "timestamp": _value(self.timestamp),
            "phase": _value(self.phase),
            "experiment_id": _value(self.experiment_id),
            "metrics": metrics,
            "config": config,
        }
        return {**metrics, **config, **line}


_DECODER = msgspec.json.Decoder(Entry)
_FIELDS = msgspec.json.Decoder(dict[str, Raw])


def decode(line: bytes) -> Entry:
    """Return the result that ``line`` says.

    What Python's `json` writes and JSON does not have, `NaN` and `Infinity`, is read too.

    Raises:
        ValueError: if it is none; the message says why.
    """
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        if b"NaN" not in line and b"Infinity" not in line:
            raise
        return msgspec.convert(_lenient(line), Entry)


def _lenient(line: bytes) -> dict[str, object]:
    """Return what Python's `json` reads, with all values of an entry as the text of JSON or Python."""
    found = json.loads(line)
    if not isinstance(found, dict):
        raise msgspec.ValidationError("Expected `object`")
    whole = {k: _raw(v) for k, v in found.items() if k in ("timestamp", "phase", "experiment_id")}
    tables = {
        k: {n: _raw(v) for n, v in found[k].items()}
        for k in ("metrics", "config")
        if isinstance(found.get(k), dict)
    }
    return found | whole | tables


def _raw(value: object) -> Raw:
    return Raw(json.dumps(value).encode())


def encode(entry: Entry) -> bytes:
    """Return the line of ``entry``, with its line end."""
    fields = {
        "timestamp": entry.timestamp,
        "phase": entry.phase,
        "experiment_id": entry.experiment_id,
        "metrics": _object(entry.metrics),
        "config": _object(entry.config),
        "run": raw(entry.run) if entry.run else None,
        "step": raw(entry.step) if entry.step else None,
    }
    return _object({key: value for key, value in fields.items() if value is not None}) + b"\n"


def _object(fields: Mapping[str, Raw | bytes]) -> bytes:
    items = (msgspec.json.encode(key) + b": " + bytes(raw) for key, raw in fields.items())
    return b"{" + b", ".join(items) + b"}"


def raw(value: Value) -> Raw:
    """Return the JSON of a value of the language."""
    return Raw(to_json(value).encode())


def text(value: Raw) -> str:
    """Return what stands in a table's cell for a value: a string as it is, else its JSON."""
    spelled = bytes(value)
    if not spelled.startswith(b'"'):
        return "" if spelled == b"null" else spelled.decode()
    return msgspec.json.decode(spelled, type=str)


def flat(fields: Mapping[str, Raw], prefix: str = "") -> Iterator[tuple[str, Raw]]:
    """Yield the leaves of ``fields``, with dotted keys: ``eval.accuracy``."""
    for key, value in fields.items():
        if bytes(value).startswith(b"{"):
            yield from flat(_FIELDS.decode(value), f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _number(value: Raw) -> float | None:
    try:
        number = float(bytes(value))
    except ValueError:
        return None
    return None if math.isnan(number) else number


def _values(fields: Mapping[str, Raw]) -> dict[str, Value]:
    return {key: _value(raw) for key, raw in fields.items()}


def _value(value: Raw) -> Value:
    """Return the value of the language; what JSON has no number for, such as NaN, is text."""
    spelled = bytes(value).decode()
    try:
        return from_json(spelled)
    except ValueError:
        return spelled
