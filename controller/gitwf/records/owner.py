"""Who owns a run: the machine and the clone whose local jobs it has."""

from __future__ import annotations

import os
from pathlib import Path

from gitwf.records.lock import waiting
from gitwf.repo import disk

_PATIENCE = 10.0  # seconds
_MACHINE_ID = Path("/etc/machine-id")
"""The id of this installation (machine-id(5)); not there on macOS."""


def owner_of(state_dir: Path) -> str:
    """Return ``<machine>:<clone>``; the clone's part is made at its first use and kept."""
    return f"{_machine()}:{_clone(state_dir)}"


def _machine() -> str:
    try:
        return _MACHINE_ID.read_text().strip()[:12] or os.uname().nodename
    except OSError:
        return os.uname().nodename


def _clone(state_dir: Path) -> str:
    path = state_dir / "clone-id"
    if not path.exists():
        with waiting(state_dir / "clone-id.lock", _PATIENCE):
            if not path.exists():
                disk.replace(path, f"{os.urandom(6).hex()}\n".encode())
    return path.read_text().strip()
