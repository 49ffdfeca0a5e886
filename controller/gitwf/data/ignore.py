"""Which paths ignore files name: `.dvcignore` for DVC, `.gitignore` for git.

Both have git's patterns. DVC always ignores the folders of git, Mercurial and of itself.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

DVCIGNORE = ".dvcignore"
GITIGNORE = ".gitignore"

_NAME = re.compile(r"/([^/*?\[\]\\!#\s]+)")
_ALWAYS = frozenset({".git", ".hg", ".dvc"})


class _Rules:
    """The rules of one file: names beside it, which need no pattern matching, and the others.

    Where a line is negated their order counts, and all are matched as patterns.
    """

    def __init__(self, lines: list[str]) -> None:
        ordered = any(line.startswith("!") for line in lines)
        found = () if ordered else filter(None, map(_NAME.fullmatch, lines))
        self.names = frozenset(match[1] for match in found)
        self.spec = _spec([line for line in lines if ordered or not _NAME.fullmatch(line)])

    def verdict(self, relative: str) -> bool | None:
        """Return what the rules say of a path, which ends in a slash if it is a folder."""
        if relative.rstrip("/") in self.names:
            return True
        return None if self.spec is None else self.spec.check_file(relative).include


class Ignore:
    """The ignore files called ``name`` of the tree at ``root``, read when they are first asked for.

    ``also`` is a further file whose patterns count for the whole tree. Safe for threads.
    """

    def __init__(self, root: Path, name: str = DVCIGNORE, also: Path | None = None) -> None:
        self._root = root
        self._name = name
        self._also = also
        self._known: dict[Path, tuple[tuple[Path, _Rules], ...]] = {}
        self._lock = threading.Lock()

    def matches(self, path: Path, *, is_dir: bool) -> bool:
        """Return whether the file or folder at ``path`` (absolute, in the tree) is ignored itself.

        That a folder above it is ignored is not seen here: see `covers`.
        """
        if path.name in _ALWAYS and (is_dir or path.name == ".git"):
            return True
        for folder, rules in self._rules_of(path.parent):
            relative = path.relative_to(folder).as_posix() + ("/" if is_dir else "")
            verdict = rules.verdict(relative)
            if verdict is not None:
                return verdict
        return False

    def covers(self, path: Path, *, is_dir: bool) -> bool:
        """Return whether ``path`` or a folder above it is ignored."""
        if self.matches(path, is_dir=is_dir):
            return True
        return path.parent != self._root and self.covers(path.parent, is_dir=True)

    def _rules_of(self, folder: Path) -> tuple[tuple[Path, _Rules], ...]:
        """Return the rules that count for what is in ``folder``, the nearest first."""
        with self._lock:
            known = self._known.get(folder)
        if known is None:
            rules = self._read(folder)
            above = () if folder in (self._root, folder.parent) else self._rules_of(folder.parent)
            known = ((folder, rules), *above) if rules else above
            with self._lock:
                self._known[folder] = known
        return known

    def _read(self, folder: Path) -> _Rules | None:
        lines = _patterns(folder / self._name)
        if folder == self._root and self._also is not None:
            lines = [*_patterns(self._also), *lines]
        return _Rules(lines) if lines else None


def _spec(lines: list[str]) -> GitIgnoreSpec | None:
    if not lines:
        return None
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines)


def _patterns(path: Path) -> list[str]:
    """Return the lines of an ignore file that hold a pattern; a file that is not there has none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return []
    return [line for line in lines if line.strip() and not line.startswith("#")]
