"""In what a stage differs from what it was executed with before, and the words for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from gitwf.data.entry import Entry, Params
from gitwf.plan.change import Change, changed


def changes(old: Entry, new: Entry, outs: Iterable[str]) -> Iterator[Change]:
    """Yield in what ``new``, with ``outs`` at these paths, differs from the entry ``old``.

    The command comes first, then deps and params by name, then the outs. A param is named with its
    file, ``params.yaml:rate``, and its values are JSON.
    """
    yield from changed({("command", ""): _text(old)}, {("command", ""): _text(new)})
    yield from changed(_deps(old), _deps(new))
    yield from _changed_params(old.params, new.params)
    before = " ".join(sorted(item.path for item in old.outs))
    yield from changed({("outs", ""): before}, {("outs", ""): " ".join(sorted(outs))})


def sentence(change: Change) -> str:
    """Return what changed, for people."""
    match change.kind:
        case "command":
            return "the command changed"
        case "outs":
            return "its outs are others now"
        case "param":
            file, _, key = change.name.partition(":")
            return f"`{file}`: `{key}` changed"
        case _:
            return f"`{change.name}` changed"


def _text(entry: Entry) -> str:
    return entry.cmd if isinstance(entry.cmd, str) else "\n".join(entry.cmd)


def _deps(entry: Entry) -> dict[tuple[str, str], str | None]:
    return {("dep", item.path): item.content.md5 for item in entry.deps}


def _changed_params(old: Params, new: Params) -> Iterator[Change]:
    for file in sorted(old.keys() | new.keys()):
        before, after = old.get(file, {}), new.get(file, {})
        for key in sorted(before.keys() | after.keys()):
            # As DVC compares them: 1 is 1.0.
            if key not in before or key not in after or before[key] != after[key]:
                yield Change("param", f"{file}:{key}", _json(before, key), _json(after, key))


def _json(values: Mapping[str, object], key: str) -> str | None:
    if key not in values:
        return None
    return json.dumps(values[key], ensure_ascii=False, sort_keys=True, default=str)
