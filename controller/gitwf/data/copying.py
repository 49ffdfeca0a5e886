"""Copies files in steps that can be counted, and hashes on the way: a large file is read once for both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gitwf.data.hasher import CHUNK
from gitwf.data.meter import Advance, unheard

_LARGE = 16 << 20
"""Bytes from which on a second thread pays: it writes while the first one hashes."""


def copy_bytes(source: Path, target: Path, advance: Advance = unheard) -> None:
    """Copy ``source`` to ``target``. Raises `OSError`."""
    with _opened(source, target) as (old, new):
        for chunk in _chunks(old):
            new.write(chunk)
            advance(len(chunk))


def copy_and_hash(source: Path, target: Path, size: int, advance: Advance = unheard) -> str:
    """Copy ``source``, of about ``size`` bytes, to ``target``; return the md5 of what was written.

    Raises `OSError`.
    """
    digest = hashlib.md5(usedforsecurity=False)
    with _opened(source, target) as (old, new):
        for chunk in (_written_ahead if size >= _LARGE else _written)(_chunks(old), new):
            digest.update(chunk)
            advance(len(chunk))
    return digest.hexdigest()


def _written(chunks: Iterator[bytes], file: IO[bytes]) -> Iterator[bytes]:
    """Write ``chunks``, and yield each that is written."""
    for chunk in chunks:
        file.write(chunk)
        yield chunk


def _written_ahead(chunks: Iterator[bytes], file: IO[bytes]) -> Iterator[bytes]:
    """Yield each of ``chunks`` while it is being written."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as writer:
        for chunk in chunks:
            writing = writer.submit(file.write, chunk)
            yield chunk
            writing.result()


@contextmanager
def _opened(source: Path, target: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    with source.open("rb", buffering=0) as old, target.open("wb") as new:
        yield old, new


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
