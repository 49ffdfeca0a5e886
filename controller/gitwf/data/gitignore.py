"""`.gitignore` entries for outs that DVC keeps: git must not track them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gitwf.data.ignore import GITIGNORE, Ignore


class GitIgnore:
    """The `.gitignore` files of the project at ``root``. The caller holds DVC's lock.

    What others say in them is read again where a file is not as it was left here.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._rules: Ignore | None = None
        self._left: dict[Path, str] = {}

    def add(self, outs: Iterable[Path]) -> None:
        """Have git ignore ``outs``, absolute paths, as DVC does: `/name` beside each.

        What git ignores already gets no line.
        """
        for out in outs:
            path = out.with_name(GITIGNORE)
            text = _read(path)
            if text != self._left.get(path):
                self._rules = None
            line = f"/{_escaped(out.name)}"
            if line not in text.splitlines() and not self._covers(out):
                gap = "" if not text or text.endswith("\n") else "\n"
                with path.open("a", encoding="utf-8", errors="surrogateescape") as file:
                    file.write(f"{gap}{line}\n")
                text = f"{text}{gap}{line}\n"
            self._left[path] = text

    def _covers(self, out: Path) -> bool:
        self._rules = self._rules or _rules(self._root)
        return self._rules.covers(out, is_dir=out.is_dir())


def _rules(root: Path) -> Ignore:
    """Return git's rules for the tree that ``root`` is in."""
    tops = (folder for folder in (root, *root.parents) if (folder / ".git").exists())
    top = next(tops, root)
    return Ignore(top, GITIGNORE, top / ".git" / "info" / "exclude")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""


def _escaped(name: str) -> str:
    """Return ``name`` as a pattern that matches it alone."""
    return "".join(f"\\{c}" if c in "\\[]!*#?" else c for c in name)
