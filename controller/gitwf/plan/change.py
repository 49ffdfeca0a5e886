"""What differs between two runs: of what decides what they do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import UNSET

from gitwf.plan.key import Input

_DIGITS = {40, 64}
_OF_FILES = frozenset({"agent", "dep", "file", "prompt", "script", "word"})
"""The kinds of inputs whose values are ids of files."""


class Change(msgspec.Struct, frozen=True):
    """One thing that was another before; ``old`` None: it was not there, ``new`` None: it is not.

    ``kind`` is that of an `Input` (``dep``, ``file``, ``script``, ``set``, ``stage``, ``word``,
    ``workflow``), or of a stage's own: ``command``, ``dep``, ``outs``. A ``param`` is named with its
    file, ``params.yaml:train.epochs``. Values are hashes of content, JSON texts of params, or the
    command itself.
    """

    kind: str
    name: str
    old: str | None
    new: str | None


def changed_inputs(old: Iterable[Input], new: Iterable[Input]) -> Iterator[Change]:
    """Yield in what the inputs of a run differ from those of one before it, sorted.

    A file that is an input in several ways, a dep and a word of a run line, changed once. Nothing is said of hashes
    of two kinds.
    """
    seen: set[tuple[str, str | None, str | None]] = set()
    for change in changed(_by_name(old), _by_name(new)):
        what = (change.name, change.old, change.new)
        if what in seen or _is_past_comparing(change):
            continue
        seen.add(what)
        if change.kind == "params":
            file, _, _ = change.name.partition(":")
            yield from changed_params(_values(change.old), _values(change.new), f"{file}:")
        else:
            yield change


def _is_past_comparing(change: Change) -> bool:
    """Return whether one side is git's SHA-1, and the other what version 0.1 had of a working tree's file: SHA-256."""
    return {len(change.old or ""), len(change.new or "")} == _DIGITS and change.kind in _OF_FILES


def changed_params(old: object, new: object, name: str) -> Iterator[Change]:
    """Yield what differs of two values of params; what lies in a mapping is told by its own name.

    Values are the same where DVC takes them for the same: 1 is 1.0. `UNSET` stands for no value.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        dot = "" if name.endswith(":") else "."
        for key in sorted(old.keys() | new.keys(), key=str):
            before, after = old.get(key, UNSET), new.get(key, UNSET)
            yield from changed_params(before, after, f"{name}{dot}{key}")
    elif old != new:
        yield Change("param", name, _json(old), _json(new))


def changed(
    old: Mapping[tuple[str, str], str | None], new: Mapping[tuple[str, str], str | None]
) -> Iterator[Change]:
    """Yield what differs of values by kind and name, sorted by both."""
    for kind, name in sorted(old.keys() | new.keys()):
        before, after = old.get((kind, name)), new.get((kind, name))
        if before != after:
            yield Change(kind, name, before, after)


def _by_name(inputs: Iterable[Input]) -> dict[tuple[str, str], str | None]:
    return {(item.kind, item.name): item.value for item in inputs}


def _values(text: str | None) -> object:
    return {} if text is None else json.loads(text)


def _json(value: object) -> str | None:
    if value is UNSET:
        return None
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
