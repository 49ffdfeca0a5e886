"""What an executed stage answered, kept so that it answers the same when it is restored."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec

from gitwf.data.cache import Cache
from gitwf.data.hashes import HashInfo
from gitwf.engine.replay.values import INLINE
from gitwf.engine.unit.outcome import Outcome
from gitwf.language.value import Value, from_json, to_json
from gitwf.targets.job import JobFolder

_NULL = msgspec.Raw(b"null")


class Kept(msgspec.Struct, frozen=True):
    """The record: with the run, under the name of the stage's answer (`Look.name`).

    ``value`` is the name of the run-cache entry that it belongs to. What is longer than 4 KiB, or
    no UTF-8, is an object of DVC's cache, here its md5.
    """

    value: str
    result: msgspec.Raw = _NULL
    result_md5: str | None = None
    output: str | None = None
    output_md5: str | None = None


def keep(cache: Cache, value: str, result: Value, job: JobFolder) -> bytes:
    """Return the record of what the stage answered that has just been executed by ``job``."""
    text = to_json(result).encode()
    short = len(text) <= INLINE
    output, output_md5 = _keep_output(cache, job.out)
    return msgspec.json.encode(
        Kept(
            value,
            msgspec.Raw(text) if short else _NULL,
            None if short else _add(cache, text, job.path),
            output,
            output_md5,
        )
    )


def answer(cache: Cache, record: bytes, value: str | None) -> Outcome | None:
    """Return what the stage answered when the entry ``value`` was made; None: ``record`` knows not."""
    try:
        kept = _read(record)
        if kept is None or kept.value != value:
            return None
        return Outcome(result=_result(cache, kept), output=_output(cache, kept))
    except (OSError, ValueError):
        return None


def value_of(record: bytes | None) -> str | None:
    """Return the name of the run-cache entry that ``record`` belongs to, or None."""
    kept = _read(record)
    return kept.value if kept else None


def objects_of(record: bytes | None) -> list[HashInfo]:
    """Return the objects that hold what is too long for ``record``."""
    kept = _read(record)
    md5s = (kept.result_md5, kept.output_md5) if kept else ()
    return [HashInfo(md5) for md5 in md5s if md5]


def _read(record: bytes | None) -> Kept | None:
    try:
        return msgspec.json.decode(record, type=Kept) if record else None
    except msgspec.DecodeError:
        return None


def _keep_output(cache: Cache, path: Path) -> tuple[str | None, str | None]:
    if path.stat().st_size <= INLINE:
        try:
            return path.read_bytes().decode(), None
        except UnicodeDecodeError:
            pass
    return None, cache.add(path).md5


def _add(cache: Cache, text: bytes, folder: Path) -> str:
    with tempfile.NamedTemporaryFile(dir=folder) as draft:
        draft.write(text)
        draft.flush()
        return cache.add(Path(draft.name)).md5


def _result(cache: Cache, kept: Kept) -> Value:
    if kept.result_md5 is None:
        return from_json(bytes(kept.result).decode())
    return from_json(cache.path(kept.result_md5).read_text(encoding="utf-8"))


def _output(cache: Cache, kept: Kept) -> tuple[bytes | Path, ...]:
    if kept.output is not None:
        return (kept.output.encode(),)
    path = cache.path(kept.output_md5 or "")
    path.stat()
    return (path,)
