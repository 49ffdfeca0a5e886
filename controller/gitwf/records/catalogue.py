"""A cache of what run refs say, so that ten thousand runs are listed without reading them again.

Each entry is good for one tip of one ref. The file is only ever added to, and written anew when half
of it is out of date. It is a cache: without it, or with a spoilt one, everything is read from git.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

import msgspec

from gitwf.records.fold import RunRecord
from gitwf.repo import disk
from gitwf.repo.errors import StorageFullError
from gitwf.repo.repository import Repository

_VERSION = 1
_SLACK = 1000  # lines out of date that are borne in any case


class Run(msgspec.Struct, frozen=True, array_like=True):
    """A run as it is listed: its record without steps, and the keys of the results it holds."""

    ref: str
    tip: str
    record: RunRecord
    results: tuple[str, ...]


Describe = Callable[[str, str], Run | None]
"""Reads from git what a ref that stands at a tip says."""


class Catalogue:
    """The cache of the runs of ``repository``; ``describe`` reads what is not in it."""

    def __init__(self, repository: Repository, describe: Describe) -> None:
        self._path = repository.state_dir / "cache" / f"runs-{_VERSION}.jsonl"
        self._describe = describe
        self._lock = threading.Lock()
        self._runs: dict[str, Run] | None = None
        self._lines = 0

    def look_up(self, tips: Mapping[str, str]) -> list[Run]:
        """Return the runs at ``tips`` (by ref), in that order; refs that hold no record are left out."""
        with self._lock:
            known = self._load()
            fresh: list[Run] = []
            for ref, tip in tips.items():
                if ref not in known or known[ref].tip != tip:
                    run = self._describe(ref, tip)
                    if run is not None:
                        known[ref] = run
                        fresh.append(run)
            self._save(fresh, known)
            return [
                known[ref] for ref, tip in tips.items() if ref in known and known[ref].tip == tip
            ]

    def _load(self) -> dict[str, Run]:
        if self._runs is None:
            try:
                decoder = msgspec.json.Decoder(Run)
                runs = decoder.decode_lines(self._path.read_bytes())
            except (FileNotFoundError, msgspec.DecodeError):
                runs = []
            self._runs = {run.ref: run for run in runs}
            self._lines = len(runs)
        return self._runs

    def _save(self, fresh: list[Run], known: Mapping[str, Run]) -> None:
        if not fresh:
            return
        self._lines += len(fresh)
        try:
            if self._lines == len(fresh) or self._lines > 2 * len(known) + _SLACK:
                disk.replace(self._path, _encode(known.values()))
                self._lines = len(known)
            else:
                disk.append(self._path, _encode(fresh))
        except StorageFullError:
            return  # a cache that cannot grow is still a cache


def _encode(runs: Iterable[Run]) -> bytes:
    return msgspec.json.Encoder().encode_lines(runs)
