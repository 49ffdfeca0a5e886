"""Holds a clone to its policy: that of the branches that it follows, here or at a remote. Asks no remote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gitwf.app.session import UsageError
from gitwf.config.load import load
from gitwf.reconcile.trust.holding import Holding
from gitwf.reconcile.trust.sources import SETTINGS, Policies
from gitwf.records.accepted import Accepted
from gitwf.records.belief import BelievedRefs
from gitwf.records.clock import SystemClock
from gitwf.records.sharing.places import Places
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from gitwf.reconcile.branches import Source
    from gitwf.reconcile.clone import Clone
    from gitwf.reconcile.sharing.exchange import Exchange
    from gitwf.reconcile.trust.judge import Judge

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


def hold_to(clone: Clone, source: Source, exchange: Exchange, remote: str) -> None:
    """Hold ``clone`` to what the default branch of ``remote`` says, before records are taken from there.

    Raises:
        UsageError: if nobody else would believe what is recorded here.
        RemoteError: if the remote cannot be asked.
    """
    if clone.repository.refs.read(f"{source.heads}{source.default()}") is None:
        exchange.glance()  # the branches, and nothing is merged
    holding = hold(clone.repository, clone.environment, source.heads, source.default)
    problem = holding.problem()
    if problem:
        message = f"records on `{remote}` have to be signed, and {problem}"
        raise UsageError(message, "docs/security.md says how to make a key and whom to tell")


def judge_of(clone: Clone) -> Judge:
    """Return the judge of ``clone``, as the controller would have it."""
    from gitwf.reconcile.branches import Source
    from gitwf.reconcile.trust.judge import Judge

    heads, default = followed_heads(clone.repository)
    return Judge(clone, Source(heads, "refs/tags/", default))


def followed_heads(repository: Repository) -> tuple[str, Default]:
    """Return the refs of the branches that are followed, and what says which is the default one."""
    text = repository.objects.blob("HEAD", SETTINGS) or b""
    name = load(text.decode("utf-8", "surrogateescape")).settings.controller.remote
    if name is None:
        return "refs/heads/", repository.head_branch
    from gitwf.reconcile.sharing.sighting import Sightings

    sightings = Sightings(repository.state_dir, name)
    if sightings.read().default is not None:
        return Places(name).heads, lambda: sightings.read().default
    return f"refs/remotes/{name}/", lambda: _cloned_from(repository, name)


def _cloned_from(repository: Repository, remote: str) -> str | None:
    """Return the default branch of ``remote`` as `git clone` has noted it, or None."""
    prefix = f"refs/remotes/{remote}/"
    said = repository.git.attempt("symbolic-ref", "--quiet", f"{prefix}HEAD").stdout
    return said.decode(errors="surrogateescape").strip().removeprefix(prefix) or None


def unbelieved(repository: Repository) -> str | None:
    """Return how many records nobody vouches for, as a sentence, or None."""
    refs = repository.refs
    count = len(refs.unbelieved()) if isinstance(refs, BelievedRefs) else 0
    if not count:
        return None
    words = "record is" if count == 1 else "records are"
    return (
        f"{count} {words} signed by nobody who may, and count for nothing: `git wf fsck` lists them"
    )
