"""Holds a repository to its policy: what is read from it is believed or not there, what is written is signed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from gitwf.reconcile.trust.machine import policy_file
from gitwf.reconcile.trust.sources import Policies
from gitwf.records.belief import Beliefs, BelievedRefs
from gitwf.repo.errors import GitError
from gitwf.repo.repository import Repository
from gitwf.repo.seals import NAMESPACES, Role, Sealer
from gitwf.repo.sshsig import Verifier, sign

KEY = "GIT_WF_SIGNING_KEY"
"""The variable that names the file of the key for records, where no setting does: in CI."""

_FRESH = 1.0
"""Seconds for which the signers are not looked up again: records are read many times a second."""


class Holding:
    """What holds in ``repository`` by ``policies``, with the keys of this machine."""

    def __init__(
        self, repository: Repository, environment: Mapping[str, str], policies: Policies
    ) -> None:
        self._repository = repository
        self._environment = environment
        self._policies = policies
        self._asked: tuple[float, str | None] = (-_FRESH, None)
        self.beliefs = Beliefs(repository, self._signers, self._sign)
        self._sealer = Sealer(repository.git, repository.objects, self.key)

    def install(self) -> None:
        """Have the refs and the commits of the repository held to it, in place of what was before."""
        refs = self._repository.refs
        raw = refs.raw if isinstance(refs, BelievedRefs) else refs
        self._repository.refs = BelievedRefs(raw, self.beliefs)
        self._repository.commits.seal = self._seal

    def key(self, role: Role) -> str | None:
        """Return the key that signs commits of ``role``; None: nobody asks for it, or there is none."""
        if self._signers() is None:
            return None
        own = self._person() if role == "request" else None
        found = own or self._controller()
        if found is None and role == "request" and self._policies.is_shared:
            raise GitError(
                "what is asked of other clones has to be signed, and there is no SSH key for that",
                "set `gpg.format` to `ssh`, and `user.signingKey` (docs/security.md)",
            )
        return found

    def problem(self) -> str:
        """Return why others would not believe the records that are written here, or nothing."""
        signers = self._signers()
        if signers is None:
            return ""
        key = self.key("record")
        if key is None:
            return "there is no key to sign records with"
        payload, namespace = b"git wf\n", NAMESPACES["record"]
        try:
            [signature] = sign(key, [payload], namespace)
        except GitError as error:
            return str(error)
        if Verifier(signers).admits(payload, signature, namespace, datetime.now(UTC)):
            return ""
        return f"nobody is told to believe the key `{key}` about records (namespace `{namespace}`)"

    def _signers(self) -> str | None:
        at, signers = self._asked
        if time.monotonic() - at >= _FRESH:
            policy = self._policies.policy()
            signers = policy.signers if policy.trust.signers is not None else None
            self._asked = (time.monotonic(), signers)
        return signers

    def _sign(self, text: bytes) -> bytes | None:
        key = self.key("record")
        return sign(key, [text], NAMESPACES["record"])[0] if key else None

    def _seal(self, commits: Sequence[str], roles: Sequence[Role | None]) -> list[str]:
        if self._signers() is None:
            return list(commits)
        sealed = self._sealer.seal(commits, roles)
        self.beliefs.note(c for c, r in zip(sealed, roles, strict=True) if r and r != "commit")
        return sealed

    def _controller(self) -> str | None:
        named = self._environment.get(KEY) or self._policies.policy().trust.key
        if named:
            return named
        place = policy_file(self._environment)
        usual = place.with_name("key") if place else None
        return str(usual) if usual and usual.exists() else None

    def _person(self) -> str | None:
        """Return the SSH key that the person signs commits with."""
        settings = ("gpg.format", "user.signingKey")
        form, key = (self._repository.git.attempt("config", "--get", each) for each in settings)
        if form.stdout.strip() != b"ssh":
            return None
        return key.stdout.decode(errors="replace").strip() or None
