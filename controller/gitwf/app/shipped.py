"""The files that come with the program beside its code: the pages of the codes, the demo project."""

from __future__ import annotations

from pathlib import Path

from gitwf.app.session import UsageError


def shipped(path: str) -> Path:
    """Return where the folder ``path`` is: in the installed package, or in its source tree.

    Raises:
        UsageError: if it is in neither.
    """
    package = Path(__file__).resolve().parent.parent
    for root in (package, package.parent.parent):
        if (root / path).is_dir():
            return root / path
    raise UsageError(f"this installation lacks its `{path}`", "install git-wf again")
