"""Making a repository a DVC project: done by DVC itself."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from gitwf.data.errors import DataError


def is_initialised(root: Path) -> bool:
    """Return whether there is a DVC project at ``root``."""
    return (root / ".dvc").is_dir()


def initialise(root: Path) -> None:
    """Do what ``dvc init`` does in the git repository at ``root``, before its first commit too.

    Raises:
        DataError: if DVC refuses; the message holds its words.
    """
    os.environ.setdefault("DVC_NO_ANALYTICS", "1")
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    logging.getLogger("dvc").setLevel(logging.ERROR)  # it greets; importing it sets its own level
    try:
        Repo.init(str(root)).close()
    except DvcException as error:
        raise DataError(f"`dvc init` failed: {error}", "run it by hand to see more") from error
