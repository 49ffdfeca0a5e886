"""Where production looks for its model: in `$SERVED_DIR`, or in `served/` of the working tree."""

import os
import subprocess
from pathlib import Path


def model_path() -> Path:
    """Return the path of the model in production.

    A run works in a git worktree of its own. From there the repository's common git directory
    leads to the main working tree, the one that people look at.
    """
    if "SERVED_DIR" in os.environ:
        return Path(os.environ["SERVED_DIR"]) / "model.joblib"
    command = ["git", "rev-parse", "--git-common-dir"]
    git_dir = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return Path(git_dir).resolve().parent / "served" / "model.joblib"
