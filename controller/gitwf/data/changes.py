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
    """Return what is another than in `dvc.lock`, for people."""
    match change.kind:
        case "command":
            return "the command is not that of `dvc.lock`"
        case "outs":
            return "its outs are not those of `dvc.lock`"
        case "param":
            file, _, key = change.name.partition(":")
            return f"`{file}`: `{key}` is not that of `dvc.lock`"
        case _:
            return f"`{change.name}` is not that of `dvc.lock`"


def _text(entry: Entry) -> str:
    return entry.cmd if isinstance(entry.cmd, str) else "\n".join(entry.cmd)


def _deps(entry: Entry) -> dict[tuple[str, str], str | None]:
    return {("dep", item.path): item.content.md5 for item in entry.deps}


def _changed_params(old: Params, new: Params) -> Iterator[Change]:
    for file in sorted(old.keys() | new.keys()):
        yield from changed_params(old.get(file, {}), new.get(file, {}), f"{file}:")
