"""What a repository is called on other machines: one name for all clones of one remote."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from gitwf.repo.configuration import remotes
from gitwf.repo.repository import Repository

_DIGITS = 8


def name_elsewhere(repository: Repository) -> str:
    """Return a name for a folder: a word for people, and what tells it from others of that name.

    Clones of one remote share it (`origin`, or the first by name); one without a remote is alone.
    """
    known = remotes(repository)
    place = str(repository.common_dir.resolve())
    source = known.get("origin") or next((known[name] for name in sorted(known)), place)
    word = PurePosixPath(source.rstrip("/").removesuffix("/.git").removesuffix(".git")).name
    plain = (
        re.sub(r"[^A-Za-z0-9.-]+", "-", word.rpartition(":")[2])[:40].strip(".-") or "repository"
    )
    return f"{plain}-{hashlib.sha256(source.encode()).hexdigest()[:_DIGITS]}"
