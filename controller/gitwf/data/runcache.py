"""DVC's run cache: what came of a command with these deps and params, wherever it was executed.

`<cache>/runs/ab/<key>/<value>` holds an entry as in `dvc.lock`, without the stage's name
(`dvc/stage/cache.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitwf.data import emit, yaml12
from gitwf.data.atomic import write_whole
from gitwf.data.cache import Cache
from gitwf.data.entry import Entry, read_entry
from gitwf.data.errors import DataError


def candidates(cache: Cache, key: str) -> Iterator[tuple[Entry, int]]:
    """Yield the entries under ``key``, the newest first; DVC itself looks at that one only.

    With each comes its time of change in nanoseconds: what it names was in the cache by then. What is
    not readable is passed over: it is a miss, as for DVC.
    """
    folder = _folder(cache, key)
    try:
        files = [file for file in folder.iterdir() if not file.name.startswith(".")]
        found = [(file.stat().st_mtime_ns, file) for file in files]
    except FileNotFoundError:
        return
    for changed, path in sorted(found, reverse=True):
        entry = _read(path)
        if entry is not None:
            yield entry, changed


def has(cache: Cache, key: str) -> bool:
    """Return whether there is anything under ``key``."""
    return _folder(cache, key).exists()


def time_of(cache: Cache, key: str, entry: Entry) -> int | None:
    """Return the time of change of ``entry`` under ``key``, in nanoseconds, or None."""
    try:
        return (_folder(cache, key) / entry.value()).stat().st_mtime_ns
    except OSError:
        return None


def name(key: str, value: str) -> str:
    """Return where in a cache, and in a remote, the entry ``value`` under ``key`` is."""
    return f"runs/{key[:2]}/{key}/{value}"


def write(cache: Cache, entry: Entry) -> None:
    """Put ``entry`` into the run cache; one that is there is left as it is, and is the newest now."""
    folder = _folder(cache, entry.key())
    path = folder / entry.value()
    if _read(path) is not None:
        with suppress(OSError):  # somebody else's, in a shared cache, or on a disk only to be read
            os.utime(path)
    else:
        cache.objects.make_folder(folder)
        write_whole(path, emit.dump(entry.document()).encode(), cache.file_mode)


def _folder(cache: Cache, key: str) -> Path:
    return cache.root / "runs" / key[:2] / key


def _read(path: Path) -> Entry | None:
    """Return the entry at ``path``, or None where there is none, or not all of it."""
    try:
        text = path.read_text(encoding="utf-8")
        entry = read_entry(yaml12.loads(text, path.name), path.name)
    except (FileNotFoundError, UnicodeDecodeError, DataError):
        return None
    return entry if entry.value() == path.name else None
