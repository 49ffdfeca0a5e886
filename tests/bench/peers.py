"""Programs that do like things: in a virtual environment of their own, or as the system has them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_HOME = Path(".bench")
_PACKAGES = ("doit", "snakemake")
_SHOWN = ("git", "dvc", "make", "bash", "rsync", *_PACKAGES)


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


def versions() -> Iterator[str]:
    """Yield each of them with the version that it says it is."""
    for name in _SHOWN:
        if program := find(name):
            done = subprocess.run(
                [program, "--version"], capture_output=True, text=True, check=True
            )
            found = re.search(r"\d+(\.\d+)+", done.stdout)
            yield f"{name} {found[0]}" if found else name
