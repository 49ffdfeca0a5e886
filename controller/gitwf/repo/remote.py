"""A remote of a repository: what it has is fetched, what it lacks is pushed by compare-and-swap.

What the person has configured for it (refspecs, pruning, mirroring) is theirs: only the refs that are
named are read and moved. Hooks do not run, nothing is asked at a terminal, and every call has a deadline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

import msgspec

from gitwf.repo.environment import of_program
from gitwf.repo.errors import ConflictError, GitError, RemoteError
from gitwf.repo.git import Git, Outcome, words_of
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository

PATIENCE = 60.0
"""Seconds that a remote may take to answer a question."""

LONG_PATIENCE = 600.0
"""Seconds that it may take to hand over a whole history."""

_MOVED = re.compile(
    r"stale info|fetch first|non-fast-forward|needs force|cannot lock ref|failed to update ref"
    r"|incorrect old value|reference already exists|failed to lock"
)
"""What git and its servers say where a ref did not stand where the push thought (`docs/records.md`)."""

_SYMREF = re.compile(rb"^ref: refs/heads/(\S+)\tHEAD$", re.MULTILINE)


class Remote:
    """The remote ``name`` of ``repository``, as it is configured there."""

    def __init__(self, repository: Repository, name: str) -> None:
        self.name = name
        self._repository = repository
        surroundings = of_program()
        settings = (*surroundings.settings, f"remote.{name}.mirror=false")
        ours = msgspec.structs.replace(surroundings, settings=settings)
        self._git = Git(repository.git.directory, ours)

    def fetch(self, refspecs: Sequence[str], patience: float = PATIENCE) -> None:
        """Bring what ``refspecs`` name, all of it or nothing; what they name no more is deleted.

        Raises `RemoteError`, and `StorageFullError`.
        """
        deepen = ("--unshallow",) if self._repository.is_shallow_now() else ()
        words = (
            "--quiet",
            "--atomic",
            "--prune",
            "--no-tags",
            "--refmap=",
            "--no-write-fetch-head",
        )
        self._ask("fetch", *words, *deepen, "--", self.name, *refspecs, patience=patience)

    def push(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs of the remote, all or none.

        Raises `ConflictError` where one of them has another old value, and `RemoteError`.
        """
        leases = (f"--force-with-lease={u.ref}:{u.old or ''}" for u in updates)
        refspecs = (f"{u.new or ''}:{u.ref}" for u in updates)
        words = ("--porcelain", "--atomic", "--no-verify", *leases, "--", self.name, *refspecs)
        outcome = self._attempt("push", *words, patience=PATIENCE)
        if outcome.status:
            self._refuse_push(outcome)

    def default_branch(self) -> str | None:
        """Return the branch that the remote's HEAD is on, or None. Raises `RemoteError`."""
        out = self._ask("ls-remote", "--symref", "--", self.name, "HEAD")
        found = _SYMREF.search(out)
        return found[1].decode(errors="surrogateescape") if found else None

    def has_records(self) -> bool:
        """Return whether the remote has any ``refs/wf/*``. Raises `RemoteError`."""
        return bool(self._ask("ls-remote", "--", self.name, "refs/wf/*").strip())

    def _ask(self, *words: str, patience: float = PATIENCE) -> bytes:
        outcome = self._attempt(*words, patience=patience)
        if outcome.status:
            self._refuse(outcome)
        return outcome.stdout

    def _attempt(self, *words: str, patience: float) -> Outcome:
        try:
            return self._git.attempt(*words, patience=patience)
        except GitError as error:
            raise RemoteError(
                f"the remote `{self.name}` does not answer: {error.message}"
            ) from error

    def _refuse_push(self, outcome: Outcome) -> NoReturn:
        said = outcome.stderr.decode(errors="replace")
        lines = outcome.stdout.decode(errors="replace").splitlines()
        rejected = [line for line in lines if line.startswith("!")]
        if rejected and any(map(_MOVED.search, (*rejected, said))):
            raise ConflictError(f"refs of the remote `{self.name}` were moved by somebody else")
        if not rejected:
            self._refuse(outcome)
        reasons = dict.fromkeys(line.rpartition("\t")[2] for line in rejected)
        raise RemoteError(
            f"the remote `{self.name}` refuses records: {'; '.join((*reasons, *_remote_words(said)))}"
        )

    def _refuse(self, outcome: Outcome) -> NoReturn:
        words, hint = words_of(outcome.stderr.decode(errors="replace"))
        raise RemoteError(f"the remote `{self.name}` cannot be used: {words}", hint)


def _remote_words(stderr: str) -> tuple[str, ...]:
    """Return what the other side printed for people, such as a hook that declines."""
    lines = (
        line.removeprefix("remote:").strip()
        for line in stderr.splitlines()
        if line.startswith("remote:")
    )
    return tuple(line for line in lines if line)[:3]
