"""Who owns a run: the machine and the clone whose local jobs it has."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

from gitwf.repo import disk

_MACHINE_ID = Path("/etc/machine-id")
"""The id of this installation (machine-id(5)); not there on macOS."""


def owner_of(state_dir: Path) -> str:
    """Return ``<machine>:<clone>``; the clone's part is made at its first use and kept."""
    return f"{_machine()}:{_clone(state_dir)}"


def _machine() -> str:
    try:
        return _MACHINE_ID.read_text().strip()[:12] or socket.gethostname()
    except OSError:
        return socket.gethostname()


def _clone(state_dir: Path) -> str:
    path = state_dir / "clone-id"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        disk.replace(path, f"{secrets.token_hex(6)}\n".encode())
        return path.read_text().strip()
