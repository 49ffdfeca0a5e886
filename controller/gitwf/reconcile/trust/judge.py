"""Judges commits: may they run, and why not. Nothing here runs anything of a commit."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import structs

from gitwf.config.settings import Limits, Settings
from gitwf.reconcile.branches import Source
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.reconcile.desired import Asked, asked, asked_by_tag, prepared_at
from gitwf.reconcile.known import Desired
from gitwf.reconcile.outline import Outlines
from gitwf.reconcile.tags import Tag
from gitwf.reconcile.trust.policy import Policy
from gitwf.reconcile.trust.sources import Policies

_SHORT = 10
_Case = tuple[str | None, str, str | None, str | None, bytes]
"""What a judgement depends on: branch, commit, the marks of the branch and of the default branch, the policy."""


class Judge:
    """Judges what commits of the branches of ``source`` ask for."""

    def __init__(self, clone: Clone, source: Source) -> None:
        self._clone = clone
        self._accepted = clone.records.accepted
        self._policies = Policies(
            clone.repository, clone.environment, self._accepted, source.heads, source.default
        )
        self._verdicts: dict[_Case, str | None] = {}

    # -- what a commit asks for, judged ------------------------------------------------------------

    def asked(self, branch: str, commit: str, outlines: Outlines | None = None) -> Asked:
        """Return what ``commit`` asks for as the head of ``branch``; what may not run is refused."""
        return self._judged(asked(self._clone, branch, commit, outlines), branch)

    def asked_by_tag(self, tag: Tag) -> Asked:
        """Return what the commit of ``tag`` asks for on its account; what may not run is refused."""
        return self._judged(asked_by_tag(self._clone, tag), None)

    def is_news(self, branch: str, commit: str) -> bool:
        """Return whether ``branch`` was not accepted up to ``commit`` yet, and may be."""
        if not self._policies.policy(branch).is_set or self._policies.mark(branch) == commit:
            return False
        says = branch == self._policies.default(branch) and not self._policies.is_of_machine
        if says and self._policies.at(commit).problem:
            return False  # what it says nobody could hold to
        return self.reason(branch, commit) is None

    def accept(self, branch: str, commit: str) -> None:
        """Note that ``branch`` is accepted up to ``commit``."""
        self._accepted.move(branch, commit)

    def settings(self, branch: str | None, commit: str) -> Settings:
        """Return the settings of ``commit``, as far as they hold for runs of ``branch``."""
        return self._restricted(configure(self._clone.facts(commit)).settings, branch)

    def reason(self, branch: str | None, commit: str) -> str | None:
        """Return why ``commit`` may not run as the head of ``branch`` (None: for a tag), or None."""
        policy = self._policies.policy(branch)
        if not policy.is_set:
            return None
        mark, base = (
            self._policies.mark(branch),
            self._policies.mark(self._policies.default(branch)),
        )
        case = (branch, commit, mark, base, msgspec.json.encode(policy))
        if case not in self._verdicts:
            self._verdicts[case] = next(self._objections(branch, commit, policy), None)
        return self._verdicts[case]

    def policy(self, branch: str | None = None) -> Policy:
        """Return what holds for ``branch``."""
        return self._policies.policy(branch)

    def base(self) -> Settings:
        """Return the settings of the default branch, as far as it was accepted: those of the controller."""
        return self._policies.base(None)

    def print(self) -> str:
        """Return what differs where another policy holds."""
        return msgspec.json.encode(self.policy()).decode()

    # -- judging -----------------------------------------------------------------------------------

    def _judged(self, want: Asked, branch: str | None) -> Asked:
        policy = self._policies.policy(branch)
        if not policy.is_set:
            return want
        reason = self.reason(branch, want.head.commit)
        limits = policy.limits(branch)
        settings = self._restricted(want.settings, branch)

        def refused(wanted: Desired) -> Desired:
            asks = wanted.key is None or wanted.asks or bool(wanted.due)
            why = reason or (wanted.key and self._overreach(want, wanted.workflow, limits))
            return structs.replace(wanted, key=None, problem=why) if why and asks else wanted

        workflows = tuple(refused(wanted) for wanted in want.head.workflows)
        head = structs.replace(want.head, workflows=workflows)
        return structs.replace(want, head=head, settings=settings)

    def _restricted(self, settings: Settings, branch: str | None) -> Settings:
        policy = self._policies.policy(branch)
        if not policy.is_set:
            return settings
        is_default = branch is not None and branch == self._policies.default(branch)
        return policy.restrict(
            settings, settings if is_default else self._policies.base(branch), branch
        )

    def _overreach(self, want: Asked, workflow: str, limits: Limits) -> str | None:
        """Return what a workflow would use that its branch may not, or None."""
        if limits.targets is None and limits.secrets is None:
            return None
        from gitwf.reconcile.trust.limits import overreach

        known = want.prepared.get(workflow)
        prepared = known or prepared_at(self._clone, want.head.commit, workflow)
        return overreach(prepared.program, want.settings, limits)

    def _objections(self, branch: str | None, commit: str, policy: Policy) -> Iterator[str]:
        """Yield what speaks against ``commit``, the plainest first."""
        if policy.problem:
            yield policy.problem
        if branch is None:
            yield from self._against_tag(commit, policy)
            return
        if why := policy.objection(branch):
            yield why
        last = self._policies.mark(branch)
        if (
            last
            and policy.protects(branch, self._policies.default(branch))
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
        from gitwf.repo.soundness import fault

        if wrong := fault(self._clone.repository, commit):
            yield f"{commit[:_SHORT]} cannot be laid out: {wrong}"

    def _against_tag(self, commit: str, policy: Policy) -> Iterator[str]:
        yield from self._unsigned([commit], policy)
        marks = self._accepted.all()
        known = (mark.commit for name, mark in marks.items() if policy.lets_run(name))
        if marks and not any(self._clone.repository.is_ancestor(commit, mark) for mark in known):
            yield f"{commit[:_SHORT]} is in the history of no branch that was accepted"

    def _is_rewritten(self, last: str, commit: str) -> bool:
        return not self._clone.repository.is_ancestor(last, commit)

    def _unsigned_since(self, branch: str, commit: str, policy: Policy) -> Iterator[str]:
        """Yield the commits since the last accepted one that nobody signed who might.

        On the default branch each commit is judged by what the one before it says.
        """
        since: list[str] = []
        says = branch == self._policies.default(branch)
        follows = says and not self._policies.is_of_machine
        for each in self._span(branch, commit):
            since.append(each)
            said = self._policies.at(each) if follows else policy
            if (said.trust, said.signers) != (policy.trust, policy.signers) and not said.problem:
                yield from self._unsigned(since, policy)
                since, policy = [], said
        yield from self._unsigned(since, policy)

    def _span(self, branch: str, commit: str) -> list[str]:
        """Return the first parents up to ``commit`` that were not accepted yet, oldest first.

        Where nothing ever was, that is ``commit`` alone: what lies before it is believed.
        """
        marks = {self._policies.mark(branch), self._policies.mark(self._policies.default(branch))}
        known = [mark for mark in marks if mark and self._clone.repository.resolve(mark)]
        return self._clone.repository.first_parents_since(known, commit) if known else [commit]

    def _unsigned(self, commits: list[str], policy: Policy) -> Iterator[str]:
        if not policy.checks_signatures:
            return
        from gitwf.repo.signatures import faults

        found = faults(self._clone.repository, commits, policy.signers, policy.trust.gpg)
        yield from (
            f"{each[:_SHORT]} is not trusted: {found[each]}" for each in commits if each in found
        )
