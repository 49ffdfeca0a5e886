"""What git and DVC track, as far as the deps and outs of a program's definitions ask for it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

import msgspec

from gitwf.data.dvcyaml import NAME
from gitwf.data.errors import DataError
from gitwf.data.facts import FileFacts
from gitwf.data.outpaths import out_paths
from gitwf.language.check.facts import named_paths
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.program import Program
from gitwf.repo.index import Tracked

_TEMPLATE = re.compile(r"\$\{.*?\}", re.DOTALL)
_TRACKS = ".dvc"


def with_tracking(around: Surroundings, program: Program, facts: FileFacts) -> Surroundings:
    """Return ``around`` with what is tracked, where a definition that is called names a path."""
    named = named_paths(program)
    tracked = facts.tracked() if named else None
    if tracked is None:
        return around
    present = frozenset(path for path in named - tracked.paths if facts.has(path))
    return msgspec.structs.replace(
        around,
        tracked=tracked.paths,
        untracked=present,
        outs=frozenset(_provided(named, tracked, facts)),
    )


def _provided(named: Iterable[str], tracked: Tracked, facts: FileFacts) -> Iterator[str]:
    """Yield what others than git provide; paths of templates have stars for their values."""
    yield from tracked.opaque
    for path in tracked.paths:
        if path.endswith(_TRACKS):
            yield path.removesuffix(_TRACKS)
    for path in {path for name in named for path in _upwards(name)}:
        if facts.has(f"{path}{_TRACKS}"):
            yield path
    for file in {NAME, *(p for p in tracked.paths if p.endswith(f"/{NAME}"))}:
        yield from _outs_of(file, facts)


def _upwards(path: str) -> Iterator[str]:
    """Yield ``path`` and the folders that it is in."""
    while path:
        yield path
        path = posixpath.dirname(path)


def _outs_of(file: str, facts: FileFacts) -> Iterator[str]:
    """Yield the paths of the outs of all stages of a `dvc.yaml`; a broken one has none."""
    try:
        paths = list(out_paths(facts.text(file) or ""))
    except DataError:
        return
    for path in paths:
        starred = _TEMPLATE.sub("*", path)
        yield posixpath.normpath(posixpath.join(posixpath.dirname(file), starred))
