"""In what a stage differs from what it was executed with before, and the words for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitwf.data.entry import Entry, Params
from gitwf.plan.change import Change, changed, changed_params


def changes(old: Entry, new: Entry, outs: Iterable[str]) -> Iterator[Change]:
    """Yield in what ``new``, with ``outs`` at these paths, differs from the entry ``old``.

    The command comes first, then deps and params by name, then the outs.
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
        yield from changed_params(old.get(file, {}), new.get(file, {}), f"{file}:")
