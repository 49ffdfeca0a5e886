"""The hook `wf-fmt`: writes the workflows of a commit as all are written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from gitwf.diagnostics import ordered, render
from gitwf.language.format.formatter import reformat


def fmt(root: Path, paths: Sequence[str]) -> int:
    """Bring the files at ``paths`` into canonical form; 1 if one was not, or has errors.

    A file with errors stays as it is. What was changed is left to be looked at and staged, as
    other formatters leave it.
    """
    status = 0
    for path in paths:
        before = (root / path).read_bytes()
        made = reformat(path, before.decode("utf-8", "surrogateescape"))
        if made.text is None:
            sys.stdout.writelines(f"{render(d, made.source)}\n" for d in ordered(made.diagnostics))
            status = 1
        elif made.text.encode() != before:
            (root / path).write_bytes(made.text.encode())
            sys.stdout.write(f"formatted `{path}`\n")
            status = 1
    return status
