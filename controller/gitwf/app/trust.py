"""`git wf trust`: whose commits run here, and how far each branch was accepted."""

from __future__ import annotations

import msgspec

from gitwf.app.holding import followed_heads, hold
from gitwf.app.person import whoami
from gitwf.app.session import Session, UsageError
from gitwf.app.trusting import judge_of
from gitwf.config.settings import Trust
from gitwf.reconcile.clone import Clone

_HEADS = "refs/heads/"


class Acceptance(msgspec.Struct, frozen=True):
    """A branch: where it stands, up to where it was accepted, and why it was not any further."""

    branch: str
    commit: str
    accepted: str | None
    reason: str | None


class Trusted(msgspec.Struct, frozen=True):
    """What holds, and where that is said (empty: nowhere). ``key`` signs records, ``problem`` is why it does not."""

    place: str
    trust: Trust
    branches: tuple[Acceptance, ...]
    key: str | None
    problem: str


def trust(session: Session) -> Trusted:
    """Return what holds in the repository, as far as it is known without asking a remote."""
    clone = session.clone()
    holding = hold(clone.repository, session.environment)
    judge = judge_of(clone)
    policy = judge.policy()
    known = clone.records.accepted.pins()
    branches = (_acceptance(clone, branch) for branch in sorted(known))
    return Trusted(
        place=policy.place if policy.is_set else "",
        trust=policy.trust,
        branches=tuple(branches),
        key=holding.key("record"),
        problem=policy.problem or holding.problem(),
    )


def accept(session: Session, branch: str) -> str:
    """Accept ``branch`` as it stands, whoever signed it and whatever became of its history; return the commit.

    Raises:
        UsageError: if there is no such branch.
    """
    clone = session.clone()
    heads, _ = followed_heads(clone.repository)
    commit = clone.repository.refs.read(heads + branch)
    if commit is None:
        raise UsageError(f"there is no branch `{branch}`", "`git wf status` lists those watched")
    clone.records.accepted.move(branch, commit, whoami(session))
    return commit


def _acceptance(clone: Clone, branch: str) -> Acceptance:
    heads, _ = followed_heads(clone.repository)
    commit = clone.repository.refs.read(heads + branch) or ""
    accepted = clone.records.accepted.pinned(branch)
    reason = judge_of(clone).reason(branch, commit) if commit else "it is gone"
    return Acceptance(branch, commit, accepted, reason)
