"""A policy: what `[trust]` says, where it says so, and what follows for a branch. Values, no files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TypeVar

import msgspec
from msgspec import structs

from gitwf.config.settings import Limits, Settings, Trust

T = TypeVar("T")

_CODE = re.compile(r"[\"'`$;|&<>()]")
"""What makes a program of a name where somebody's script hands it to a shell."""


class Policy(msgspec.Struct, frozen=True):
    """What holds. ``signers`` is the text of the file of allowed signers, ``place`` where ``trust`` stands.

    ``problem`` is why nobody can tell what holds: then nothing may run.
    """

    trust: Trust
    place: str
    signers: str = ""
    problem: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is held to."""
        return self.trust != Trust() or bool(self.problem)

    @property
    def checks_signatures(self) -> bool:
        """Whether commits have to be signed."""
        return self.trust.mode != "none"

    def lets_run(self, branch: str) -> bool:
        """Return whether commits of ``branch`` may run at all."""
        return self.objection(branch) is None

    def objection(self, branch: str) -> str | None:
        """Return why no commit of ``branch`` may run, or None."""
        if self.trust.branches and not fits(branch, self.trust.branches):
            return f"{self.place} lets no commit of `{branch}` run"
        if found := _CODE.search(branch):
            why = f"to a shell the `{found[0]}` in that name is code: give the branch another"
            return f"no commit of `{branch}` may run: {why}"
        return None

    def protects(self, branch: str, default: str | None) -> bool:
        """Return whether ``branch`` may not be rewritten."""
        named = self.trust.protected
        return branch == default if named is None else fits(branch, named)

    def limits(self, branch: str | None) -> Limits:
        """Return what runs of ``branch`` may use."""
        tables = self.trust.branch.items() if branch is not None else ()
        own = next((limits for glob, limits in tables if fits(branch or "", (glob,))), Limits())
        return Limits(
            budget=_or(own.budget, self.trust.budget),
            targets=_or(own.targets, self.trust.targets),
            secrets=_or(own.secrets, self.trust.secrets),
        )

    def restrict(self, settings: Settings, base: Settings, branch: str | None) -> Settings:
        """Return the ``settings`` of a commit as far as they hold for its runs.

        Where targets or secrets are limited, where they are is what ``base`` says, the protected branch: a
        commit cannot give another machine an allowed name. Who is told of it says ``base`` too.
        """
        limits = self.limits(branch)
        tables = settings.target
        if limits.targets is not None:
            tables = {n: t for n, t in base.target.items() if fits(n, limits.targets)}
        if limits.budget is not None:
            tables = {
                n: structs.replace(t, budget=_least(t.budget, limits)) for n, t in tables.items()
            }
        in_force = structs.replace(
            self.trust, budget=limits.budget, targets=limits.targets, secrets=limits.secrets
        )
        secrets = settings.secrets if limits.secrets is None else base.secrets
        return structs.replace(
            settings, target=tables, trust=in_force, notify=base.notify, secrets=secrets
        )


def fits(name: str, globs: Iterable[str]) -> bool:
    """Return whether one of ``globs`` fits ``name``."""
    return any(fnmatchcase(name, glob) for glob in globs)


def fault(trust: Trust, signers: str | None) -> str:
    """Return why ``trust`` cannot be held to, or nothing; ``signers`` is the file that it names, if it is there."""
    if trust.mode != "none" and trust.signers is None:
        return f'`mode = "{trust.mode}"` needs `signers`: a file of those who may sign'
    if trust.signers is not None and signers is None:
        return f"there is no file `{trust.signers}`, which `signers` names"
    return ""


def _or(own: T | None, common: T | None) -> T | None:
    return common if own is None else own


def _least(budget: float | None, limits: Limits) -> float | None:
    return min((b for b in (budget, limits.budget) if b is not None), default=None)
