"""Whose commits and records a clone goes by, as its policy has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitwf.app.holding import followed_heads, hold
from gitwf.app.session import UsageError
from gitwf.records.belief import BelievedRefs
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from gitwf.reconcile.branches import Source
    from gitwf.reconcile.clone import Clone
    from gitwf.reconcile.sharing.exchange import Exchange
    from gitwf.reconcile.trust.judge import Judge


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
