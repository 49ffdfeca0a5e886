"""`git wf doctor`: whether what workflows need is there and set up, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gitwf.app.session import Session
from gitwf.config.load import load
from gitwf.config.settings import Settings, Target
from gitwf.data.errors import DataError
from gitwf.data.project import Project
from gitwf.plan.place import Choice
from gitwf.repo import lfs
from gitwf.repo.errors import RepositoryError
from gitwf.repo.obstacle import obstacle
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from gitwf.targets.runpod.kind import RunpodKind


class Checkup(msgspec.Struct, frozen=True):
    """One thing that was looked at: ``what`` it is, how it is, and what to do where it is not ``sound``.

    ``doubtful``: it is sound only if things are otherwise where the controller runs.
    """

    what: str
    sound: bool
    found: str
    hint: str | None = None
    doubtful: bool = False

    def __str__(self) -> str:
        mark = "??" if self.doubtful else "ok" if self.sound else "no"
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{mark}  {self.what}: {self.found}{hint}"


class Patient(msgspec.Struct, frozen=True):
    """The repository that is looked at, as it is in the working tree."""

    repository: Repository
    root: Path
    settings: Settings
    environment: Mapping[str, str]


Check = Callable[[Patient], Iterable[Checkup]]


def doctor(session: Session) -> list[Checkup]:
    """Return what was found, in the order of `CHECKS`.

    Raises:
        NotARepositoryError: if the directory is in no repository.
    """
    repository = session.repository()
    root = repository.work_tree or repository.git_dir
    patient = Patient(repository, root, _settings(root), session.environment)
    return [checkup for check in CHECKS for checkup in check(patient)]


def _settings(root: Path) -> Settings:
    try:
        text = (root / "wf.toml").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return Settings()
    return load(text).settings


def _git(patient: Patient) -> Iterator[Checkup]:
    try:
        version = patient.repository.git.run("--version").decode().split()[2]
    except RepositoryError as error:
        yield Checkup("git", sound=False, found=error.message, hint=error.hint)
    else:
        yield Checkup("git", sound=True, found=version)


def _configuration(patient: Patient) -> Iterator[Checkup]:
    path = patient.root / "wf.toml"
    if not path.exists():
        yield Checkup("wf.toml", sound=True, found="not there: all settings have their defaults")
        return
    faults = load(path.read_text(encoding="utf-8", errors="surrogateescape")).diagnostics
    found = "1 error" if len(faults) == 1 else f"{len(faults)} errors"
    if faults:
        yield Checkup("wf.toml", sound=False, found=found, hint="`git wf validate` shows them")
    else:
        yield Checkup("wf.toml", sound=True, found="can be read")


def _dvc(patient: Patient) -> Iterator[Checkup]:
    try:
        project = Project.open(patient.root)
    except DataError as error:
        yield Checkup("DVC", sound=False, found=error.message, hint=error.hint)
        return
    yield Checkup("DVC", sound=True, found=f"cache `{project.cache.root}`")
    remote = project.remote
    if remote is None:
        hint = "`dvc remote add -d NAME URL`: what runs write is then pushed there"
        yield Checkup("DVC remote", sound=True, found="none", hint=hint)
    else:
        yield Checkup("DVC remote", sound=True, found=f"`{remote.name}`")


def _workspaces(patient: Patient) -> Iterator[Checkup]:
    asked = patient.settings.workspace.filters
    head = patient.repository.resolve("HEAD")
    if head and (found := obstacle(patient.repository, head, asked)):
        yield Checkup("workspaces", sound=False, found=found.what, hint=found.way)
    if lfs.NAME not in asked:
        return
    said = patient.repository.git.attempt("lfs", "version")
    version = said.stdout.decode().partition(" ")[0]
    hint = None if version else "install it: it fetches what files of LFS hold"
    yield Checkup("git-lfs", sound=bool(version), found=version or "not there", hint=hint)


def _remotes(patient: Patient) -> Iterator[Checkup]:
    from gitwf.app.remotes import unknown_remote
    from gitwf.repo.configuration import remotes

    known = tuple(remotes(patient.repository))
    followed = patient.settings.controller.remote
    if followed is not None and followed not in known:
        found, hint = unknown_remote(followed, known)
        yield Checkup("[controller] remote", sound=False, found=found, hint=hint)
    for name in known:
        done = patient.repository.git.attempt("ls-remote", "--exit-code", name, "HEAD")
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        if done.status in _ANSWERED:
            yield Checkup(f"remote `{name}`", sound=True, found="answers")
        else:
            hint = f"`git ls-remote {name}` has to work for whoever runs the controller"
            yield Checkup(
                f"remote `{name}`", sound=False, found=said or "does not answer", hint=hint
            )


_ANSWERED = frozenset({0, 2})
"""Exit statuses of `git ls-remote --exit-code`: 2 is a remote that has no such ref yet."""


def _secrets(patient: Patient) -> Iterator[Checkup]:
    from gitwf.app.secretsources import secrets_named

    if patient.repository.work_tree is None:
        return
    for secret in secrets_named(patient.root, patient.settings, patient.environment):
        what = f"secret `{secret.name}`"
        if secret.is_there:
            yield Checkup(what, sound=True, found="is set here")
            continue
        first, *others = secret.users
        users = f"`{first}` and {len(others)} more name" if others else f"`{first}` names"
        found = f"not set here, and {users} it"
        hint = f"where the controller runs it has to be: {secret.source}"
        yield Checkup(what, sound=True, found=found, hint=hint, doubtful=True)


def _machines(patient: Patient) -> Iterator[Checkup]:
    from gitwf.repo.name import name_elsewhere
    from gitwf.targets.ssh.kind import SshKind

    kind = SshKind(lambda: name_elsewhere(patient.repository))
    for name, table in sorted(patient.settings.target.items()):
        if table.ssh is None:
            continue
        what = f"machine `{name}`"
        try:
            yield Checkup(what, sound=True, found=kind.of(name, table).greet())
        except OSError as error:
            found, _, hint = str(error).partition(": ")
            yield Checkup(what, sound=False, found=found, hint=hint or None)
    kind.close()


def _pods(patient: Patient) -> Iterator[Checkup]:
    from gitwf.app.pods import kind_of

    tables = {name: t for name, t in patient.settings.target.items() if t.gpu}
    kind = kind_of(patient.repository, patient.environment)
    if not (tables or patient.environment.get("RUNPOD_API_KEY")):
        return
    try:
        there = len(kind.account.fleet.fresh().pods)
    except OSError as error:
        found, _, hint = str(error).partition(": ")
        yield Checkup("RunPod", sound=False, found=found, hint=hint or None)
        return
    pods = "no pod is" if there == 0 else "1 pod is" if there == 1 else f"{there} pods are"
    yield Checkup("RunPod", sound=True, found=f"answers, {pods} there")
    for name, table in sorted(tables.items()):
        yield from _offer(name, table, kind)


def _offer(name: str, table: Target, kind: RunpodKind) -> Iterator[Checkup]:
    """Look whether there are such pods. That none is free now is no fault."""
    what = f"pods `{name}`"
    try:
        known = kind.offers(Choice(f"runpod:{name}"), {name: table})
    except OSError as error:
        yield Checkup(what, sound=False, found=str(error))
        return
    if known.offers:
        yield Checkup(what, sound=True, found=known.offers[0].words)
    else:
        is_a_matter_of_time = any(one.reason == "none is free" for one in known.passed)
        passed = "; ".join(one.words for one in known.passed)
        hint = None if is_a_matter_of_time else f"name others under `[target.{name}]` in `wf.toml`"
        yield Checkup(what, sound=is_a_matter_of_time, found=passed, hint=hint)


CHECKS: tuple[Check, ...] = (
    _git,
    _configuration,
    _dvc,
    _workspaces,
    _remotes,
    _secrets,
    _machines,
    _pods,
)
"""What is looked at, in this order. Whoever brings a further part of the set-up adds a check."""
