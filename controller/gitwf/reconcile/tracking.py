"""What git and DVC track, as far as the deps and outs of a program's definitions ask for it."""

from __future__ import annotations

import msgspec

from gitwf.data.facts import FileFacts
from gitwf.language.check.facts import named_paths
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import Program
from gitwf.language.upwards import upwards


def with_tracking(around: Surroundings, program: Program, facts: FileFacts) -> Surroundings:
    """Return ``around`` with what is tracked, where a definition that is called names a path."""
    named = named_paths(program)
    tracked = facts.tracked() if named else None
    if tracked is None:
        return around
    present = frozenset(path for path in named - tracked.paths if facts.has(path))
    added = {path for name in named for path in upwards(name) if facts.has(f"{path}.dvc")}
    return msgspec.structs.replace(
        around,
        tracked=tracked.paths,
        untracked=present,
        outs=facts.provided() | added if added else facts.provided(),
    )
