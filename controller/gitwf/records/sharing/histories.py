"""Two histories of an environment, two archives of a month, two versions of what was seen become one."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gitwf.records.archive import Archive
from gitwf.records.clock import Clock
from gitwf.records.environments import Environments
from gitwf.repo.commits import Draft
from gitwf.repo.repository import Repository


def merge_history(
    repository: Repository, environments: Environments, clock: Clock, ours: str, theirs: str
) -> str:
    """Return the commit of an environment that holds both histories; what was deployed last stands."""
    if (ahead := _ahead(repository, ours, theirs)) is not None:
        return ahead
    mine, yours = environments.at(ours), environments.at(theirs)
    if mine is None or yours is None:
        return theirs if mine is None else ours
    first, second = (ours, theirs) if mine.at > yours.at else (theirs, ours)
    found = repository.commit(first)
    if found is None:
        return theirs
    draft = Draft(found.tree, {}, [first, second], found.message, clock.now())
    return repository.commits.write([draft])[0]


def merge_archive(repository: Repository, archive: Archive, ours: str, theirs: str) -> str:
    """Return the commit of a month's archive that holds the runs of both."""
    if (ahead := _ahead(repository, ours, theirs)) is not None:
        return ahead
    return archive.extend(theirs, {}, ours)


def merge_seen(repository: Repository, clock: Clock, ours: str, theirs: str) -> str:
    """Return the commit that says what either has seen; of what both have seen theirs counts."""
    mine, yours = _seen(repository, ours), _seen(repository, theirs)
    both = {**mine, **yours}
    if both == yours:
        return theirs
    if both == mine:
        return ours
    message = msgspec.json.encode(both, order="sorted").decode() + "\n"
    return repository.commits.write([Draft(None, {}, [], message, clock.now())])[0]


def _seen(repository: Repository, commit: str) -> Mapping[str, str]:
    message = repository.message(commit)
    try:
        return msgspec.json.decode(message or "{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def _ahead(repository: Repository, ours: str, theirs: str) -> str | None:
    """Return which of two commits has the other in its history, or None."""
    if repository.is_ancestor(ours, theirs):
        return theirs
    return ours if repository.is_ancestor(theirs, ours) else None
