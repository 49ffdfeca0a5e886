"""The gate before a commit is acted on: the repository's own pre-commit checks, run by the controller.

`git revert`, `git cherry-pick` and `git commit --no-verify` skip pre-commit's hook. What our own checks say of a
workflow (the gate `validate`) needs no place of its own: nothing that has errors is ever planned.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import structs

from gitwf.config.settings import Settings
from gitwf.engine.jobs.environment import declared, for_commands, secrets_of
from gitwf.engine.replay.mask import Mask
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.desired import Asked
from gitwf.repo import disk, worktree
from gitwf.repo.content import Conversions, obtain
from gitwf.repo.errors import RepositoryError

NAME = "pre-commit"
CONFIGURATION = ".pre-commit-config.yaml"

_PATIENCE = 1800.0
"""Seconds that the hooks may take: the first time their environments are made."""

_SHOWN = 4096
"""Characters of what hooks print that are recorded, from the end."""

_HOOK = re.compile(r"^- hook id: (\S+)$", re.MULTILINE)
_NO_VERDICT = frozenset({3, 130})
"""Statuses by which pre-commit says that it could not do its work: a hook could not be fetched, say."""


class Verdict(msgspec.Struct, frozen=True):
    """What came of the checks of a commit: why it is stopped, or an empty text; what they printed, and the time."""

    reason: str
    output: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the commit may be acted on."""
        return not self.reason


class Gate:
    """Checks commits of ``clone``, each once. Threads share it."""

    def __init__(self, clone: Clone) -> None:
        self._clone = clone
        state = clone.records.state_dir
        self._cache = state / "cache" / "gate"
        self._places = state / "gates"
        self._lock = threading.Lock()

    def known(self, commit: str) -> Verdict | None:
        """Return what came of the checks of ``commit`` in this clone, or None."""
        try:
            return msgspec.json.decode(self._path(commit).read_bytes(), type=Verdict)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def verdict(self, commit: str, base: str | None, settings: Settings, stop: Stop) -> Verdict:
        """Check what ``commit`` changes since ``base`` (None: all files), if that was not done before.

        Raises:
            StoppedError: if the stop is asked for.
            RepositoryError: if the checks could not be made; then nobody knows.
        """
        with self._lock:
            stop.check()
            known = self.known(commit)
            if known is None:
                known = self._checked(commit, base, settings, stop)
                disk.replace(self._path(commit), msgspec.json.encode(known))
            return known

    def _checked(self, commit: str, base: str | None, settings: Settings, stop: Stop) -> Verdict:
        if not self._clone.facts(commit).is_file(CONFIGURATION):
            return Verdict(f"the gate is `{NAME}`, and there is no `{CONFIGURATION}`")
        place = self._places / commit
        worktree.remove(self._clone.repository, place)
        place.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        wanted = Conversions(settings.workspace.filters, settings.controller.remote)
        contents = obtain(self._clone.repository, commit, wanted, stop.listening)
        try:
            worktree.add(self._clone.repository, place, commit)
            contents.put(place)
            main = self._clone.repository.main_tree
            if main is not None:
                worktree.link(main, place, settings.workspace.link)
            span = ("--from-ref", base, "--to-ref", commit) if base else ("--all-files",)
            status, said = self._run(place, span, settings, stop)
        finally:
            worktree.remove(self._clone.repository, place)
        output = said.replace(str(place), ".")[-_SHOWN:]
        return _verdict(status, output, time.monotonic() - began)

    def _run(
        self, place: Path, span: tuple[str, ...], settings: Settings, stop: Stop
    ) -> tuple[int, str]:
        """Run pre-commit; return its status and what it printed, without secrets."""
        given = self._clone.environment
        names = declared(settings.secrets, settings.notify.secrets)
        environment = for_commands(given, names) | {
            "PRE_COMMIT_COLOR": "never",
            "LC_ALL": "C.UTF-8",
        }
        command = [sys.executable, "-m", "pre_commit", "run", "--show-diff-on-failure", *span]
        process = subprocess.Popen(
            command,
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with process, stop.listening(lambda: _end(process)):
            try:
                said, _ = process.communicate(timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                _end(process)
                said, _ = process.communicate()
                said += f"\nit did not end within {_PATIENCE:g} seconds\n".encode()
        stop.check()
        mask = Mask(secrets_of(given, settings.secrets, settings.notify.secrets).values())
        return process.returncode, mask.data(said).decode(errors="replace")

    def _path(self, commit: str) -> Path:
        return self._cache / f"{commit}.json"


def held_back(want: Asked, gate: Gate) -> Asked:
    """Return ``want`` with what its commit asks for refused, where the checks have stopped that commit."""
    if want.settings.controller.gate != NAME:
        return want
    made = gate.known(want.head.commit)
    if made is None or made.passed:
        return want
    workflows = tuple(
        structs.replace(w, key=None, problem=made.reason) if w.key and (w.asks or w.due) else w
        for w in want.head.workflows
    )
    return structs.replace(want, head=structs.replace(want.head, workflows=workflows))


def _verdict(status: int, output: str, seconds: float) -> Verdict:
    if status in _NO_VERDICT:
        lines = [line for line in output.splitlines() if line.strip()]
        raise RepositoryError(
            f"`{NAME}` could not check a commit: {lines[0] if lines else f'status {status}'}",
            "it is tried again; `pre-commit run --all-files` shows what it lacks",
        )
    if not status:
        return Verdict("", output, seconds)
    hooks = ", ".join(f"`{hook}`" for hook in dict.fromkeys(_HOOK.findall(output)))
    why = f"{hooks} failed" if hooks else f"it ended with status {status}"
    return Verdict(f"{NAME} stops this commit: {why}", output, seconds)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
