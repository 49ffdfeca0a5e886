"""What is known here of the remote that a clone follows, without asking it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from gitwf.app.holding import heads_of
from gitwf.app.remotes import chosen_remote
from gitwf.app.session import UsageError
from gitwf.reconcile.branches import Branches, Source, local
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.sharing.exchange import Exchange
from gitwf.reconcile.sharing.holder import is_gone, read_holder, this_holder
from gitwf.reconcile.sharing.share import describe
from gitwf.reconcile.sharing.sighting import Sighting, Sightings
from gitwf.records.clock import parse
from gitwf.records.lease import Lease
from gitwf.records.sharing.places import Places
from gitwf.repo.remote import Remote
from gitwf.repo.repository import Repository

_FRESH = 120.0
"""Seconds after which people should know that a remote was not looked at."""


class Shared(msgspec.Struct, frozen=True):
    """The remote ``name``: its branches, who ``holder`` of its lease is, and which refs are not pushed yet."""

    name: str
    source: Source
    sighting: Sighting
    holder: str | None
    unpushed: tuple[str, ...]

    def notes(self, now: datetime) -> Iterator[str]:
        """Yield sentences about what people should know of it."""
        seen = self.sighting.seen
        age = (now - parse(seen)).total_seconds() if seen else None
        if age is None:
            yield f"`{self.name}` has not been looked at from here yet"
        elif age > _FRESH or self.sighting.problem:
            why = f": {self.sighting.problem}" if self.sighting.problem else ""
            yield f"`{self.name}` was looked at {age:.0f} s ago{why}"
        if self.unpushed:
            word = "record is" if len(self.unpushed) == 1 else "records are"
            why = f": {self.sighting.unpushed}" if self.sighting.unpushed else ""
            yield f"{len(self.unpushed)} {word} not pushed to `{self.name}` yet{why}"


def watched_by(clone: Clone, sharing: Shared | None) -> Branches:
    """Return the branches that a pass would watch which is told nothing, as far as is known here."""
    return Branches(clone, sharing.source if sharing else local(clone), ())


def shared(clone: Clone) -> Shared | None:
    """Return what is known of the remote that `wf.toml` names, or None where it names none that is here."""
    try:
        name = chosen_remote(clone, None)
    except UsageError:
        return None
    if name is None:
        return None
    exchange = Exchange(clone.repository, clone.records, Remote(clone.repository, name))
    lease = exchange.lease()[1]
    held = describe(lease) if lease is not None and _may_live(clone, lease) else None
    sighting = Sightings(clone.records.state_dir, name).read()
    unpushed = tuple(exchange.unpushed())
    return Shared(name, _source(clone.repository, name), sighting, held, unpushed)


def _source(repository: Repository, name: str) -> Source:
    """Return the branches and tags of a remote as they were seen last: by who follows it, or `git fetch`.

    Where nobody knows its default branch it is the one that HEAD is on.
    """
    heads, default = heads_of(repository, name)
    places = Places(name)
    tags = places.tags if heads == places.heads else "refs/tags/"
    return Source(heads, tags, lambda: default() or repository.head_branch(), name)


def _may_live(clone: Clone, lease: Lease) -> bool:
    """Return whether somebody holds a lease, as far as can be told from here: on this machine its process lives."""
    if lease.holder is None:
        return False
    holder = read_holder(lease.holder)
    return holder is None or not is_gone(holder, this_holder(clone.records.owner))
