"""Takes in the records that `git fetch` has brought, so that whoever reads sees them. Asks no remote."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from gitwf.app.holding import heads_of, hold, named_remote
from gitwf.reconcile.sharing.sighting import Sighting, Sightings
from gitwf.records.sharing.places import OF_REMOTES, Places
from gitwf.repo.errors import RepositoryError
from gitwf.repo.repository import Repository

_USUAL = "origin"
"""What `git clone` calls the remote that it is of."""


def take_in(repository: Repository, environment: Mapping[str, str]) -> None:
    """Merge what was fetched of the records of this clone's remote into its own, as whoever acts does.

    By what the default branch of that remote says about trust, whatever is checked out. Where it cannot
    be done the records stay as they are: nobody who only reads is kept from it.
    """
    remote = _remote(repository)
    if remote is None:
        return
    with suppress(RepositoryError, OSError):
        _merge(repository, environment, remote)


def _merge(repository: Repository, environment: Mapping[str, str], remote: str) -> None:
    from gitwf.records.sharing.incoming import Incoming, own_refs, remote_refs
    from gitwf.records.store import Records

    hold(repository, environment, *heads_of(repository, remote))
    theirs = remote_refs(repository, Places(remote))
    if not theirs.items() <= own_refs(repository).items():
        Incoming(repository, Records(repository)).merge(theirs)


def _remote(repository: Repository) -> str | None:
    """Return the remote whose records are to be taken in: the one that `wf.toml` names, or `origin`.

    What the commit that is checked out names counts only where it was followed from here before, or
    where nothing of another was fetched: a stranger's branch must not bring in a stranger's records.
    """
    named = named_remote(repository) or _USUAL
    if repository.refs.read(Places(named).notes) is None:
        return None
    if named == _USUAL or Sightings(repository.state_dir, named).read() != Sighting():
        return named
    own = Places(named).records
    is_only = all(ref.startswith(own) for ref in repository.refs.list(OF_REMOTES))
    return named if is_only else None
