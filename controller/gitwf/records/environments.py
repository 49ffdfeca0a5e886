"""Environments: what is deployed where, as a history of commits in ``refs/wf/env/<environment>``.

Each change is a commit on the last one. Its tree is that of the run that made the change, with
`.wf/env.json`: which run, at which commit, under which key, and when.
"""

from __future__ import annotations

import re

import msgspec

from gitwf.records.clock import Clock, spell
from gitwf.records.fold import RunRecord
from gitwf.repo.commits import Draft, File
from gitwf.repo.errors import RepositoryError
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository

PREFIX = "refs/wf/env/"
_FILE = ".wf/env.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


class Deployment(msgspec.Struct, frozen=True):
    """A change of an environment: the run that it stands at since ``at``, and the run before."""

    env: str
    run: str
    workflow: str
    commit: str
    branch: str | None
    key: str
    previous: str | None
    at: str


class Environments:
    """The environments of a repository."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def change(self, env: str, run: RunRecord, run_tip: str) -> Deployment:
        """Record that the effect of ``run``, whose ref stands at ``run_tip``, succeeded on ``env``.

        The time is that of the run's ``env.changed`` event; the same event a second time changes
        nothing, whatever was deployed since. Raises `ConflictError` where somebody else changed
        ``env`` meanwhile, `StorageFullError`, and `RepositoryError` for a bad name.
        """
        ref = _ref(env)
        tip = self._repository.refs.read(ref)
        at = next((s.since for s in run.envs if s.env == env), None) or spell(self._clock.now())
        history = self.history(env)
        known = next((made for made in history if (made.run, made.at) == (run.run, at)), None)
        if known is not None:
            return known
        made = Deployment(
            env=env,
            run=run.run,
            workflow=run.workflow,
            commit=run.commit,
            branch=run.branch,
            key=run.key,
            previous=history[0].run if history else None,
            at=at,
        )
        self._repository.refs.swap([RefUpdate(ref, self._write(made, tip, run_tip), tip)])
        return made

    def current(self, env: str) -> Deployment | None:
        """Return what ``env`` stands at, or None where nothing was ever deployed there."""
        tip = self._repository.refs.read(_ref(env))
        made = self.at(tip) if tip else None
        return made if made and made.env == env else None

    def all(self) -> dict[str, Deployment]:
        """Return what every environment stands at, by name."""
        tips = self._repository.refs.list(PREFIX)
        found = {ref.removeprefix(PREFIX): self.at(tip) for ref, tip in tips.items()}
        return {env: made for env, made in found.items() if made and made.env == env}

    def history(self, env: str) -> list[Deployment]:
        """Return the changes of ``env``, newest first, each once: merged histories repeat the last."""
        made = {(each.run, each.at): each for _, each in self.changes(env) if each}
        return sorted(made.values(), key=lambda each: each.at, reverse=True)

    def changes(self, env: str) -> list[tuple[str, Deployment | None]]:
        """Return the commits of the history of ``env``, newest first, with what each records."""
        tip = self._repository.refs.read(_ref(env))
        commits = self._repository.ancestry(tip) if tip else ()
        return [(commit, self.at(commit)) for commit in commits]

    def names(self) -> list[str]:
        """Return the names of the environments."""
        return [ref.removeprefix(PREFIX) for ref in self._repository.refs.list(PREFIX)]

    def _write(self, made: Deployment, tip: str | None, run_tip: str) -> str:
        run = self._repository.commit(run_tip)
        if run is None:
            raise RepositoryError(f"there is no run at `{run_tip}`", "see `git wf fsck`")
        message = f"{made.env}: {made.workflow} at {made.commit[:10]}\n\nRun: {made.run}\n"
        changes = {_FILE: File(msgspec.json.encode(made) + b"\n")}
        parents = [tip] if tip else []
        draft = Draft(run.tree, changes, parents, message, self._clock.now())
        return self._repository.commits.write([draft])[0]

    def at(self, commit: str) -> Deployment | None:
        """Return the change that a commit of such a history records, or None."""
        text = self._repository.objects.blob(commit, _FILE)
        try:
            return msgspec.json.decode(text or b"", type=Deployment)
        except msgspec.DecodeError:
            return None


def _ref(env: str) -> str:
    if not _NAME.fullmatch(env) or ".." in env or env.endswith((".", ".lock")):
        raise RepositoryError(
            f"`{env}` is no name of an environment",
            "lower-case letters, digits, `.`, `_` and `-`, beginning with a letter or digit",
        )
    return PREFIX + env
