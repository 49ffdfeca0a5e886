"""DVC's run cache: what came of a command with these deps and params, wherever it was executed.

`<cache>/runs/ab/<key>/<value>` holds an entry as in `dvc.lock`, without the stage's name
(`dvc/stage/cache.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitwf.data import emit, yaml12
from gitwf.data.atomic import write_whole
from gitwf.data.cache import Cache
from gitwf.data.entry import Entry, read_entry
from gitwf.data.errors import DataError


def candidates(cache: Cache, key: str) -> Iterator[Entry]:
    """Yield the entries under ``key``, the newest first; DVC itself looks at that one only.

    What is not readable is passed over: it is a miss, as for DVC.
    """
    folder = _folder(cache, key)
    try:
        files = [file for file in folder.iterdir() if not file.name.startswith(".")]
        found = [(file.stat().st_mtime_ns, file) for file in files]
    except FileNotFoundError:
        return
    for _, path in sorted(found, reverse=True):
        entry = _read(path)
        if entry is not None:
            yield entry


def has(cache: Cache, key: str) -> bool:
    """Return whether there is anything under ``key``."""
    return _folder(cache, key).exists()


def write(cache: Cache, entry: Entry) -> None:
    """Put ``entry`` into the run cache; one that is there is left, as DVC does."""
    folder = _folder(cache, entry.key())
    path = folder / entry.value()
    if _read(path) is None:
        cache.objects.make_folder(folder)
        write_whole(path, emit.dump(entry.document()).encode(), cache.file_mode)


def _folder(cache: Cache, key: str) -> Path:
    return cache.root / "runs" / key[:2] / key


def _read(path: Path) -> Entry | None:
    try:
        return read_entry(yaml12.loads(path.read_text(encoding="utf-8"), path.name), path.name)
    except (FileNotFoundError, UnicodeDecodeError, DataError):
        return None
