"""What differs between two runs: of what decides what they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gitwf.plan.key import Input


class Change(msgspec.Struct, frozen=True):
    """One thing that was another before; ``old`` None: it was not there, ``new`` None: it is not.

    ``kind`` is that of an `Input` (``dep``, ``file``, ``params``, ``script``, ``set``, ``stage``,
    ``word``, ``workflow``), or of a stage's own: ``command``, ``dep``, ``param``, ``outs``. Values
    are hashes of content, JSON texts of params, or the command itself.
    """

    kind: str
    name: str
    old: str | None
    new: str | None


def changed_inputs(old: Iterable[Input], new: Iterable[Input]) -> tuple[Change, ...]:
    """Return in what the inputs of a run differ from those of one before it, sorted."""
    return tuple(changed(_by_name(old), _by_name(new)))


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
