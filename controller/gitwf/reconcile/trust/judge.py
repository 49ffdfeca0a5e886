"""Judges commits: may they run, and why not. Nothing here runs anything of a commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import structs

from gitwf.config.settings import Settings
from gitwf.diagnostics import has_errors
from gitwf.reconcile.branches import Source
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import SETTINGS, configure
from gitwf.reconcile.decide import Desired
from gitwf.reconcile.desired import Asked, asked, asked_by_tag
from gitwf.reconcile.tags import Tag
from gitwf.reconcile.trust.limits import overreach
from gitwf.reconcile.trust.machine import machine_policy
from gitwf.reconcile.trust.policy import Policy, fault
from gitwf.repo.signatures import faults

_SHORT = 10
_MENTION = re.compile(r"trust|\\u", re.IGNORECASE)
"""Without it a `wf.toml` says nothing about trust, and its mistakes are its own branch's."""

_NONE = Policy(Settings().trust, "")

_Case = tuple[str | None, str, str | None, str | None, bytes]
"""What a judgement depends on: branch, commit, the marks of the branch and of the default branch, the policy."""


class Judge:
    """Judges what commits of the branches of ``source`` ask for.

    What holds is what the machine says, else what the default branch said at the last commit of it that was
    accepted. The first one that is ever seen is believed.
    """

    def __init__(self, clone: Clone, source: Source) -> None:
        self._clone = clone
        self._source = source
        self._accepted = clone.records.accepted
        self._policies: dict[str, Policy] = {}
        self._verdicts: dict[_Case, str | None] = {}

    # -- what a commit asks for, judged ------------------------------------------------------------

    def asked(self, branch: str, commit: str) -> Asked:
        """Return what ``commit`` asks for as the head of ``branch``; what may not run is refused."""
        return self._judged(asked(self._clone, branch, commit), branch)

    def asked_by_tag(self, tag: Tag) -> Asked:
        """Return what the commit of ``tag`` asks for on its account; what may not run is refused."""
        return self._judged(asked_by_tag(self._clone, tag), None)

    def is_news(self, branch: str, commit: str) -> bool:
        """Return whether ``branch`` was not accepted up to ``commit`` yet, and may be."""
        if not self.policy(branch).is_set or self._accepted.find(branch) == commit:
            return False
        return self.reason(branch, commit) is None and not self._is_unreadable(branch, commit)

    def accept(self, branch: str, commit: str) -> None:
        """Note that ``branch`` is accepted up to ``commit``."""
        self._accepted.move(branch, commit)

    def reason(self, branch: str | None, commit: str) -> str | None:
        """Return why ``commit`` may not run as the head of ``branch`` (None: for a tag), or None."""
        policy = self.policy(branch)
        if not policy.is_set:
            return None
        mark, base = self._mark(branch), self._mark(self._default(branch))
        case = (branch, commit, mark, base, msgspec.json.encode(policy))
        if case not in self._verdicts:
            self._verdicts[case] = next(self._objections(branch, commit, policy), None)
        return self._verdicts[case]

    def policy(self, branch: str | None) -> Policy:
        """Return what holds for ``branch``."""
        return machine_policy(self._clone.environment) or self._of_repository(branch)

    # -- judging -----------------------------------------------------------------------------------

    def _judged(self, want: Asked, branch: str | None) -> Asked:
        policy = self.policy(branch)
        if not policy.is_set:
            return want
        reason = self.reason(branch, want.head.commit)
        limits = policy.limits(branch)
        is_default = branch is not None and branch == self._default(branch)
        base = want.settings if is_default else self._base(branch)
        settings = policy.restrict(want.settings, base, branch)

        def refused(wanted: Desired) -> Desired:
            asks = wanted.key is None or wanted.asks or bool(wanted.due)
            program = want.prepared[wanted.workflow].program
            why = reason or (wanted.key and overreach(program, want.settings, limits))
            return structs.replace(wanted, key=None, problem=why) if why and asks else wanted

        workflows = tuple(refused(wanted) for wanted in want.head.workflows)
        head = structs.replace(want.head, workflows=workflows)
        return structs.replace(want, head=head, settings=settings)

    def _objections(self, branch: str | None, commit: str, policy: Policy) -> Iterator[str]:
        """Yield what speaks against ``commit``, the plainest first."""
        if policy.problem:
            yield policy.problem
        if branch is None:
            yield from self._against_tag(commit, policy)
            return
        if not policy.lets_run(branch):
            yield f"{policy.place} lets no commit of `{branch}` run"
        last = self._accepted.find(branch)
        if (
            last
            and policy.protects(branch, self._default(branch))
            and self._is_rewritten(last, commit)
        ):
            yield (
                f"`{branch}` was rewritten: {last[:_SHORT]}, which was accepted last, is not in its history; "
                f"`git revert` takes back, and `git wf trust --accept {branch}` lets it be"
            )
        if policy.trust.mode == "head":
            yield from self._unsigned([commit], policy)
        elif policy.trust.mode == "strict":
            yield from self._unsigned_since(branch, commit, policy)

    def _against_tag(self, commit: str, policy: Policy) -> Iterator[str]:
        yield from self._unsigned([commit], policy)
        marks = self._accepted.all()
        known = (mark.commit for name, mark in marks.items() if policy.lets_run(name))
        if marks and not any(self._clone.repository.is_ancestor(commit, mark) for mark in known):
            yield f"{commit[:_SHORT]} is in the history of no branch that was accepted"

    def _mark(self, branch: str | None) -> str | None:
        return self._accepted.find(branch) if branch else None

    def _is_rewritten(self, last: str, commit: str) -> bool:
        return not self._clone.repository.is_ancestor(last, commit)

    def _unsigned_since(self, branch: str, commit: str, policy: Policy) -> Iterator[str]:
        """Yield the commits since the last accepted one that nobody signed who might.

        On the default branch each commit is judged by what the one before it says.
        """
        since: list[str] = []
        follows = (
            branch == self._default(branch) and machine_policy(self._clone.environment) is None
        )
        for each in self._span(branch, commit):
            since.append(each)
            said = self._read(each) if follows else policy
            if (said.trust, said.signers) != (policy.trust, policy.signers) and not said.problem:
                yield from self._unsigned(since, policy)
                since, policy = [], said
        yield from self._unsigned(since, policy)

    def _span(self, branch: str, commit: str) -> list[str]:
        """Return the first parents up to ``commit`` that were not accepted yet, oldest first.

        Where nothing ever was, that is ``commit`` alone: what lies before it is believed.
        """
        marks = {self._mark(branch), self._mark(self._default(branch))}
        known = [mark for mark in marks if mark and self._clone.repository.resolve(mark)]
        return self._clone.repository.first_parents_since(known, commit) if known else [commit]

    def _unsigned(self, commits: list[str], policy: Policy) -> Iterator[str]:
        if not policy.checks_signatures:
            return
        found = faults(self._clone.repository, commits, policy.signers, policy.trust.gpg)
        yield from (
            f"{each[:_SHORT]} is not trusted: {found[each]}" for each in commits if each in found
        )

    # -- what holds --------------------------------------------------------------------------------

    def _default(self, branch: str | None) -> str | None:
        """Return the branch that says what holds; where there is no other, each for itself."""
        return self._source.default() or branch

    def _of_repository(self, branch: str | None) -> Policy:
        default = self._default(branch)
        if default is None:
            return _NONE
        refs = self._clone.repository.refs
        commit = self._accepted.find(default) or refs.read(self._source.heads + default)
        return (
            structs.replace(self._read(commit), place=f"`wf.toml` of `{default}`")
            if commit
            else _NONE
        )

    def _base(self, branch: str | None) -> Settings:
        """Return the settings of the default branch, as far as it was accepted."""
        default = self._default(branch)
        refs = self._clone.repository.refs
        commit = default and (
            self._accepted.find(default) or refs.read(self._source.heads + default)
        )
        return configure(self._clone.facts(commit)).settings if commit else Settings()

    def _is_unreadable(self, branch: str, commit: str) -> bool:
        """Return whether the default branch would say at ``commit`` what nobody can hold to."""
        return branch == self._default(branch) and bool(self._read(commit).problem)

    def _read(self, commit: str) -> Policy:
        """Return what the `wf.toml` of ``commit`` says."""
        if commit not in self._policies:
            self._policies[commit] = self._parsed(commit)
        return self._policies[commit]

    def _parsed(self, commit: str) -> Policy:
        facts = self._clone.facts(commit)
        if not _MENTION.search(facts.text(SETTINGS) or ""):
            return _NONE
        configured = configure(facts)
        trust = configured.settings.trust
        if has_errors(configured.diagnostics):
            return Policy(
                trust, SETTINGS, problem="`wf.toml` has errors, so nobody can tell who is trusted"
            )
        signers = facts.text(trust.signers) if trust.signers else None
        return Policy(trust, SETTINGS, signers or "", fault(trust, signers))
