"""Where a policy is read: on the machine, else in the default branch as far as it was accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import structs

from gitwf.config.load import load
from gitwf.config.settings import Settings, Trust
from gitwf.reconcile.trust.machine import machine_policy
from gitwf.reconcile.trust.policy import Policy, fault
from gitwf.records.accepted import Accepted
from gitwf.repo.repository import Repository

SETTINGS = "wf.toml"
NOTHING = Policy(Trust(), "")
"""The policy of a repository that says nothing: whoever may push is trusted."""

_MENTION = re.compile(r"trust|\\u", re.IGNORECASE)
"""Without it a `wf.toml` says nothing about trust, and its mistakes are its own branch's."""


class Policies:
    """Says what holds in ``repository``, whose branches are at the refs ``heads``.

    ``default`` returns the branch that says so where the machine does not. At the first look of all, the
    head that it has is believed; after that what it says has to be accepted first.
    """

    def __init__(
        self,
        repository: Repository,
        environment: Mapping[str, str],
        accepted: Accepted,
        heads: str,
        default: Callable[[], str | None],
    ) -> None:
        self._repository = repository
        self._environment = environment
        self._accepted = accepted
        self._heads = heads
        self._find_default = default
        self._read: dict[str, Policy] = {}

    def default(self, branch: str | None = None) -> str | None:
        """Return the branch that says what holds; where there is no other, each for itself."""
        return self._find_default() or branch

    @property
    def is_shared(self) -> bool:
        """Whether the branches are those of a remote, with which records are shared."""
        return not self._heads.startswith("refs/heads/")

    @property
    def is_of_machine(self) -> bool:
        """Whether the machine says what holds."""
        return machine_policy(self._environment) is not None

    def policy(self, branch: str | None = None) -> Policy:
        """Return what holds for ``branch``."""
        return machine_policy(self._environment) or self._of_repository(branch)

    def mark(self, branch: str | None) -> str | None:
        """Return the commit up to which ``branch`` was accepted: here; or anywhere, if the machine says by whom."""
        if branch is None:
            return None
        return self._accepted.pinned(branch) or (
            self._accepted.shared(branch) if self.is_of_machine else None
        )

    def base(self, branch: str | None) -> Settings:
        """Return the settings of the default branch, as far as it was accepted."""
        commit = self._trusted(branch)
        return load(self._text(commit, SETTINGS) or "").settings if commit else Settings()

    def at(self, commit: str) -> Policy:
        """Return what the `wf.toml` of ``commit`` says."""
        if commit not in self._read:
            self._read[commit] = self._parsed(commit)
        return self._read[commit]

    def _of_repository(self, branch: str | None) -> Policy:
        commit = self._trusted(branch)
        if commit is None:
            return NOTHING
        return structs.replace(self.at(commit), place=f"`{SETTINGS}` of `{self.default(branch)}`")

    def _trusted(self, branch: str | None) -> str | None:
        """Return the commit of the default branch that says what holds."""
        default = self.default(branch)
        if default is None:
            return None
        return self.mark(default) or self._repository.refs.read(self._heads + default)

    def _parsed(self, commit: str) -> Policy:
        text = self._text(commit, SETTINGS) or ""
        if not _MENTION.search(text):
            return NOTHING
        loaded = load(text)
        trust = loaded.settings.trust
        if loaded.diagnostics:
            problem = f"`{SETTINGS}` has errors, so nobody can tell who is trusted"
            return Policy(trust, SETTINGS, problem=problem)
        signers = self._text(commit, trust.signers) if trust.signers else None
        return Policy(trust, SETTINGS, signers or "", fault(trust, signers))

    def _text(self, commit: str, path: str) -> str | None:
        data = self._repository.objects.blob(commit, path)
        return None if data is None else data.decode("utf-8", "surrogateescape")
