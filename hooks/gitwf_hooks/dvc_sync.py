"""The hook `wf-dvc-sync`: stops a commit whose `dvc.yaml` disagrees with the definitions."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gitwf.app.session import Session
from gitwf.app.sync import sync
from gitwf.app.validate import Findings
from gitwf.data.errors import DataError


def dvc_sync(root: Path) -> int:
    """Print which stages of `dvc.yaml` are not what their definitions say; 1 if there are any."""
    try:
        made = sync(Session(root, dict(os.environ)), check=True)
    except DataError as error:
        sys.stdout.write(f"{error.message}\n")
        return 1
    if isinstance(made, Findings):
        sys.stdout.writelines(f"{text}\n" for text in made.rendered())
        return 1
    sys.stdout.writelines(
        f"dvc.yaml: stage `{name}` disagrees with its definition\n" for name in made.stages
    )
    if made.stages:
        sys.stdout.write("  `git wf sync` writes it; then `git add dvc.yaml`\n")
    return int(bool(made.stages))
