"""The pre-commit entry: checks the workflow files that a commit changes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from gitwf.app.validate import validate
from gitwf.diagnostics import has_errors


def main(paths: Sequence[str] | None = None) -> int:
    """Print the diagnostics of the workflows at ``paths``; return 1 if one has errors, else 0.

    pre-commit calls it in the top folder, with paths relative to that. Without ``paths`` they are
    the program's arguments; where there are none, nothing is checked.
    """
    chosen = sys.argv[1:] if paths is None else paths
    if not chosen:
        return 0
    findings = validate(Path.cwd(), chosen)
    sys.stdout.writelines(f"{text}\n" for text in findings.rendered())
    return int(has_errors(findings.diagnostics))
