"""The log of a controller: tracebacks of what should never happen. Users are told in words."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

SIZE = 1 << 20
"""Bytes after which a new file is begun; two old ones are kept."""


def log_into(state_dir: Path) -> Path:
    """Have everything that is logged from now on go to a file in ``state_dir``; return its path."""
    path = state_dir / "git-wf.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=SIZE, backupCount=2, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger("gitwf").addHandler(handler)
    return path
