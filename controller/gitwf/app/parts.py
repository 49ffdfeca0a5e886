"""Work in parts, on several cores at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Generic, NoReturn, TypeVar

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")

LEAST = 50
"""How many items are worth a process: it takes as long to begin and to end as some ten workflows to check."""


def in_parts(
    work: Callable[[Sequence[_Item]], _Made], items: Sequence[_Item], cores: int
) -> list[_Made]:
    """Return what ``work`` makes of ``items``, part by part and in their order, with so many processes.

    The last part is done here, each other one in a copy of this process, which must have one thread only (fork(2)).
    A part whose copy brings no result, for whatever reason, is done here too: what comes out, errors included, does
    not depend on ``cores``.
    """
    size = max(LEAST, -(-len(items) // cores))
    *others, last = [items[at : at + size] for at in range(0, len(items) or 1, size)]
    copies = [_Copy(work, part) for part in others]
    made = work(last)
    return [*(copy.result() or work(part) for copy, part in zip(copies, others, strict=True)), made]


class _Copy(Generic[_Item, _Made]):
    """A copy of this process that does one thing, writes what it has made, and ends."""

    def __init__(self, work: Callable[[Sequence[_Item]], _Made], part: Sequence[_Item]) -> None:
        self._pipe, writing = os.pipe()
        try:
            self._id = os.fork()
        except OSError:  # there is no room for one
            self._id = -1
        if self._id == 0:
            _be_the_copy(work, part, writing)
        os.close(writing)

    def result(self) -> _Made | None:
        """Wait for the copy's end and return what it has made, or None where it ended without."""
        from pickle import loads

        with os.fdopen(self._pipe, "rb") as pipe:
            written = pipe.read()
        return loads(written) if self._ended_well() else None  # noqa: S301  (we wrote it ourselves)

    def _ended_well(self) -> bool:
        try:
            return self._id > 0 and os.waitpid(self._id, 0)[1] == 0
        except (
            ChildProcessError
        ):  # whoever started us ignores the ends of processes, and so we cannot see them
            return False


def _be_the_copy(
    work: Callable[[Sequence[_Item]], _Made], part: Sequence[_Item], writing: int
) -> NoReturn:
    """Write what ``work`` makes of ``part``, and end: without a word, and without the rest of the program."""
    status = 1
    try:
        from pickle import dumps

        with os.fdopen(writing, "wb") as pipe:
            pipe.write(dumps(work(part)))
        status = 0
    finally:
        os._exit(status)
