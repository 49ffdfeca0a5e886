"""Programs that do like things: in a virtual environment of their own, or as the system has them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

_HOME = Path(".bench")
_PACKAGES = ("doit", "snakemake")


def find(name: str) -> str | None:
    """Return the program ``name`` of the peers' environment or of the system; None where it is nowhere."""
    own = (_HOME / "bin" / name).resolve()
    return str(own) if own.exists() else shutil.which(name)


def install() -> None:
    """Make the environment, once. What cannot be installed is left out, and said."""
    if not _HOME.exists():
        subprocess.run([sys.executable, "-m", "venv", _HOME], check=True)
    for package in _PACKAGES:
        if (_HOME / "bin" / package).exists():
            continue
        done = subprocess.run([_HOME / "bin" / "pip", "install", "--quiet", package], check=False)
        if done.returncode:
            print(f"({package} cannot be installed here, and is left out)")
