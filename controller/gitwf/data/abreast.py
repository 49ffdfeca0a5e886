"""Work on many files, several at once where that pays: large ones share the disk and the processors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Work = TypeVar("Work")
Done = TypeVar("Done")

_WORTH = 8 << 20
"""Bytes that one processor reads and hashes in the time that threads need to begin."""

_BATCH, _BATCH_FILES = 1 << 20, 64
_MOST = 8


def abreast(
    function: Callable[[Work], Done], files: Sequence[tuple[Work, int]], *, waits: bool = False
) -> list[Done]:
    """Return what ``function`` gives for each file, in their order; a file comes with its bytes.

    ``waits``: the function waits for the disk more than it works, so that many small files pay too.
    Raises what it raises first; what has not begun then never does.
    """
    batches = list(_batches(files))
    if len(batches) == 1 or (sum(size for _, size in files) < _WORTH and not waits):
        return [function(file) for file, _ in files]
    from concurrent.futures import ThreadPoolExecutor

    def batch(some: list[Work]) -> list[Done]:
        return [function(file) for file in some]

    with ThreadPoolExecutor(min(_MOST, (os.cpu_count() or 1) + 4)) as threads:
        return [done for some in threads.map(batch, batches) for done in some]


def _batches(files: Sequence[tuple[Work, int]]) -> Iterator[list[Work]]:
    """Yield the files in runs that are neither many nor, but for single ones, large."""
    some: list[Work] = []
    held = 0
    for file, size in files:
        if some and (held + size > _BATCH or len(some) == _BATCH_FILES):
            yield some
            some, held = [], 0
        some.append(file)
        held += size
    if some:
        yield some
