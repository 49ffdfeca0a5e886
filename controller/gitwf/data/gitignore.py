"""`.gitignore` entries for outs that DVC keeps: git must not track them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gitwf.data.atomic import write_whole
from gitwf.data.ignore import GITIGNORE, Ignore


def ignore_outs(root: Path, outs: Iterable[Path]) -> None:
    """Have git ignore ``outs``, absolute paths below ``root``, as DVC does: `/name` beside each.

    What git ignores already gets no line. The caller holds DVC's lock.
    """
    rules: Ignore | None = None
    for out in outs:
        path = out.with_name(GITIGNORE)
        text = _read(path)
        line = f"/{_escaped(out.name)}"
        if line in text.splitlines():
            continue
        rules = rules or _rules(root)
        if not rules.covers(out, is_dir=out.is_dir()):
            gap = "" if not text or text.endswith("\n") else "\n"
            write_whole(path, f"{text}{gap}{line}\n".encode(errors="surrogateescape"), sync=False)


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
