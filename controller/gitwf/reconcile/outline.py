"""What there is to know of a workflow file before anybody decides: its key, its triggers, what is wrong with it.

It follows from the files of a commit alone, and so it is remembered with what was read for it: at the next
commit only the workflows are read again whose files have changed. The memory is a cache in the state folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from gitwf import __version__
from gitwf.data.facts import CommitFiles, FileFacts
from gitwf.diagnostics import Diagnostic, Severity, Source, has_errors
from gitwf.language.upwards import upwards
from gitwf.plan.stage import Stage
from gitwf.plan.trigger import CommitTrigger, commit_triggers, crons
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import Configured, configure
from gitwf.reconcile.prepare import Prepared, prepare
from gitwf.repo import disk
from gitwf.repo.errors import StorageFullError
from gitwf.repo.index import Tracked
from gitwf.repo.objects import Objects


class Outline(msgspec.Struct, frozen=True):
    """A workflow file. ``key`` None: it must not run, and ``problem`` says why."""

    path: str
    key: str | None
    problem: str = ""
    effects: tuple[str, ...] = ()
    triggers: tuple[CommitTrigger, ...] = ()
    crons: tuple[str, ...] = ()


class Outlined(msgspec.Struct, frozen=True):
    """The settings of a commit, the outlines of its workflows, and those that were prepared for it."""

    configured: Configured
    outlines: list[Outline]
    prepared: Mapping[str, Prepared]


class _Known(msgspec.Struct, frozen=True):
    """An outline, and the paths that it follows from."""

    outline: Outline
    reads: frozenset[str]


class _Memory(msgspec.Struct, frozen=True):
    """What is known of the workflows of ``commit``; ``shared`` are paths that all of it follows from."""

    commit: str = ""
    version: str = ""
    shared: frozenset[str] = frozenset()
    known: Mapping[str, _Known] = {}


def outline_of(prepared: Prepared) -> Outline:
    """Return the outline of a workflow that was prepared."""
    file = prepared.program.file
    triggers, times = commit_triggers(file), crons(file)
    if has_errors(prepared.diagnostics) or prepared.plan is None:
        problem = first_error(prepared.diagnostics, prepared.sources)
        return Outline(prepared.path, None, problem, (), triggers, times)
    plan = prepared.plan
    return Outline(prepared.path, plan.key, "", plan.effects, triggers, times)


class Outlines:
    """The outlines of the workflows at heads of branches of ``clone``."""

    def __init__(self, clone: Clone) -> None:
        self._clone = clone
        self._folder = clone.records.state_dir / "cache" / "outlines"

    def of(self, branch: str, commit: str) -> Outlined:
        """Return what is known of the workflows of ``commit``, as the head of ``branch``."""
        memory = self._read(branch)
        changed = self._changed(memory, commit)
        shared: set[str] = set()
        common = FileFacts(_Noting(self._clone.repository.objects, commit, shared))
        configured = configure(common)
        reusable = {} if changed is None or _touches(changed, memory.shared) else memory.known
        known: dict[str, _Known] = {}
        fresh: dict[str, Prepared] = {}
        for path in workflows_of(self._clone.facts(commit), configured):
            before = reusable.get(path)
            if before is None or _touches(changed or (), before.reads):
                before, fresh[path] = self._look(path, commit, common, configured)
            known[path] = before
        shared |= memory.shared if reusable else frozenset()
        if commit != memory.commit:
            self._write(branch, _Memory(commit, __version__, frozenset(shared), known))
        return Outlined(configured, [each.outline for each in known.values()], fresh)

    def _look(
        self, path: str, commit: str, common: FileFacts, configured: Configured
    ) -> tuple[_Known, Prepared]:
        reads: set[str] = set()
        facts = _Facts(_Noting(self._clone.repository.objects, commit, reads), common)
        prepared = prepare(path, facts, configured.settings)
        return _Known(outline_of(prepared), frozenset(reads)), prepared

    def _changed(self, memory: _Memory, commit: str) -> frozenset[str] | None:
        """Return the files whose content changed since; None where more has, or nobody can tell."""
        if memory.version != __version__ or self._clone.repository.commit(memory.commit) is None:
            return None
        return self._clone.repository.modified_paths(memory.commit, commit)

    def _read(self, branch: str) -> _Memory:
        try:
            return msgspec.json.decode(self._path(branch).read_bytes(), type=_Memory)
        except (FileNotFoundError, msgspec.DecodeError):
            return _Memory()

    def _write(self, branch: str, memory: _Memory) -> None:
        try:
            disk.replace(self._path(branch), msgspec.json.encode(memory))
        except StorageFullError:
            return  # the next pass reads it all again

    def _path(self, branch: str) -> Path:
        return self._folder / f"{hashlib.sha256(branch.encode()).hexdigest()[:16]}.json"


class _Noting(CommitFiles):
    """The files of a commit, for one who notes which paths were asked for."""

    def __init__(self, objects: Objects, commit: str, noted: set[str]) -> None:
        super().__init__(objects, commit)
        self._noted = noted

    def id(self, path: str) -> str | None:
        self._noted.add(path)
        return super().id(path)

    def submodule(self, path: str) -> str | None:
        module = super().submodule(path)
        self._noted.add(module or path)
        return module

    def is_file(self, path: str, *, executable: bool = False) -> bool:
        self._noted.add(path)
        return super().is_file(path, executable=executable)

    def read(self, path: str) -> bytes | None:
        self._noted.add(path)
        return super().read(path)

    def files(self, folder: str) -> Mapping[str, str]:
        self._noted.add(folder.rstrip("/"))
        return super().files(folder)


class _Facts(FileFacts):
    """Facts for one workflow: what all workflows share is read once, and counts for all."""

    def __init__(self, files: CommitFiles, common: FileFacts) -> None:
        super().__init__(files)
        self._common = common

    def tracked(self) -> Tracked | None:
        return self._common.tracked()

    def provided(self) -> frozenset[str]:
        return self._common.provided()

    def scripts(self) -> Mapping[str, str]:
        return self._common.scripts()

    def unfit_scripts(self) -> Mapping[str, str]:
        return self._common.unfit_scripts()

    def stages(self, folder: str = ".") -> Mapping[str, Stage | str]:
        return self._common.stages(folder)

    def locked(self, path: str) -> str | None:
        return self._common.locked(path)


def workflows_of(facts: FileFacts, configured: Configured) -> list[str]:
    """Return the paths of the files that may ask for runs."""
    folder = configured.settings.controller.workflows.rstrip("/")
    return sorted(path for path in facts.files(folder) if path.endswith(".wf"))


def first_error(found: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """Return the first error as one line, and how many more there are."""
    errors = [d for d in found if d.severity is Severity.ERROR]
    first = errors[0]
    line, column = sources[first.path].position(first.span.start)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{first.path}:{line}:{column}: {first.code} {first.message}{more}"


def _touches(changed: Iterable[str], reads: Collection[str]) -> bool:
    """Return whether any of the ``changed`` files, or a folder that it is in, was read."""
    return bool(reads) and any(place in reads for path in changed for place in (*upwards(path), ""))
