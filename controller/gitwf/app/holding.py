"""Holds a repository to the policy of the branches that it follows, here or at a remote. Asks no remote."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gitwf.config.load import load
from gitwf.reconcile.trust.holding import Holding
from gitwf.reconcile.trust.sources import SETTINGS, Policies
from gitwf.records.accepted import Accepted
from gitwf.records.clock import SystemClock
from gitwf.records.sharing.places import Places
from gitwf.repo.repository import Repository

Default = Callable[[], str | None]


def hold(
    repository: Repository,
    environment: Mapping[str, str],
    heads: str | None = None,
    default: Default | None = None,
) -> Holding:
    """Hold ``repository`` to its policy, which the branches at the refs ``heads`` say if the machine does not.

    Without ``heads`` they are those that `wf.toml` has it follow.
    """
    if heads is None or default is None:
        heads, default = followed_heads(repository)
    accepted = Accepted(repository, SystemClock())
    policies = Policies(repository, environment, accepted, heads, default)
    holding = Holding(repository, environment, policies)
    holding.install()
    return holding


def followed_heads(repository: Repository) -> tuple[str, Default]:
    """Return the refs of the branches that are followed, and what says which is the default one."""
    name = named_remote(repository)
    return ("refs/heads/", repository.head_branch) if name is None else heads_of(repository, name)


def named_remote(repository: Repository) -> str | None:
    """Return the remote that HEAD's `wf.toml` has the clone follow, or None."""
    text = repository.objects.blob("HEAD", SETTINGS) or b""
    return load(text.decode("utf-8", "surrogateescape")).settings.controller.remote


def heads_of(repository: Repository, remote: str) -> tuple[str, Default]:
    """Return the refs of the branches of ``remote`` as they were seen last, and what says its default one.

    A clone that has never followed it has them by `git fetch`.
    """
    from gitwf.reconcile.sharing.sighting import Sightings

    sightings = Sightings(repository.state_dir, remote)
    if sightings.read().default is not None:
        return Places(remote).heads, lambda: sightings.read().default
    return f"refs/remotes/{remote}/", lambda: _cloned_from(repository, remote)


def _cloned_from(repository: Repository, remote: str) -> str | None:
    """Return the default branch of ``remote`` as `git clone` has noted it, or None."""
    prefix = f"refs/remotes/{remote}/"
    said = repository.git.attempt("symbolic-ref", "--quiet", f"{prefix}HEAD").stdout
    return said.decode(errors="surrogateescape").strip().removeprefix(prefix) or None
