"""Names that git passes over in one clone: no commit is needed for them."""

from __future__ import annotations

from collections.abc import Iterable

from gitwf.repo import disk
from gitwf.repo.repository import Repository


def exclude(repository: Repository, paths: Iterable[str]) -> None:
    """Have git pass over ``paths`` of the working tree, unless they are tracked.

    They go into `info/exclude` (gitignore(5)), those that do not stand there.
    """
    file = repository.common_dir / "info" / "exclude"
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    missing = [f"/{path}" for path in paths if f"/{path}" not in text.splitlines()]
    if not missing:
        return
    file.parent.mkdir(exist_ok=True)
    line_end = "" if text.endswith("\n") or not text else "\n"
    disk.append(file, f"{line_end}{chr(10).join(missing)}\n".encode())
