"""What is to be pushed to the DVC remote, on disk: a crash forgets nothing of it.

Each name is an empty file, so that any process can add and take away without a lock. What was pushed is
noted too, for each remote: what stands there is not asked for again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from gitwf.data.atomic import write_whole

_SEPARATOR = "+"
"""Stands for `/`; it is in no name."""


class Unpushed:
    """The names of objects and run-cache entries that wait, below ``state_dir``, for each cache."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir / "unpushed"
        self._problem = state_dir / "unpushed.problem"

    def add(self, cache: Path, names: Iterable[str]) -> None:
        """Have ``names``, of the cache at ``cache``, wait."""
        folder = self._of(cache)
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name.replace("/", _SEPARATOR)).touch()

    def names(self, cache: Path | None = None) -> list[str]:
        """Return what waits, of the cache at ``cache`` or of all, in order."""
        folders = [self._of(cache)] if cache else _listed(self._folder)
        found = sorted(path.name for folder in folders for path in _listed(folder))
        return [name.replace(_SEPARATOR, "/") for name in found]

    def remove(self, cache: Path, names: Iterable[str]) -> None:
        """Have ``names`` wait no longer."""
        for name in names:
            (self._of(cache) / name.replace("/", _SEPARATOR)).unlink(missing_ok=True)

    def _of(self, cache: Path) -> Path:
        return self._folder / _digest(str(cache))

    @property
    def problem(self) -> str | None:
        """Why the last try did not push all, or None."""
        with suppress(FileNotFoundError):
            return self._problem.read_text(encoding="utf-8")
        return None

    def note(self, problem: str | None) -> None:
        """Note how the last try ended."""
        if problem is None:
            self._problem.unlink(missing_ok=True)
        else:
            write_whole(self._problem, problem.encode(), sync=False)


class Pushed:
    """The names that the remote at ``url`` was given by this clone."""

    def __init__(self, state_dir: Path, url: str) -> None:
        self._path = state_dir / "cache" / f"pushed-{_digest(url)}"
        self._names: set[str] = set()
        with suppress(FileNotFoundError):
            self._names.update(self._path.read_text(encoding="utf-8").splitlines())

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, names: Iterable[str]) -> None:
        """Note that ``names`` are there."""
        new = [name for name in names if name not in self._names]
        self._names.update(new)
        if new:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.writelines(f"{name}\n" for name in new)


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
