"""Writes down how a run changes environments: in its events, and in the environments' own refs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gitwf.engine.replay.recorder import RunRecorder
from gitwf.engine.unit.stop import Stop
from gitwf.records.event import EnvironmentChanged, EnvironmentChanging
from gitwf.records.fold import RunRecord
from gitwf.records.lock import waiting
from gitwf.records.store import Records
from gitwf.repo.refs import retried

PATIENCE = 24 * 3600.0
"""Seconds that an effect waits for another run's effect on the same environment."""


class RunLedger:
    """The changes that one run makes to environments."""

    def __init__(self, records: Records, recorder: RunRecorder) -> None:
        self._records = records
        self._recorder = recorder

    @contextmanager
    def holding(self, env: str, stop: Stop) -> Iterator[None]:
        """Keep every other run on this machine from changing ``env`` meanwhile.

        Raises:
            StoppedError: if the stop is asked for while another has it.
        """
        with waiting(self._records.state_dir / "env" / f"{env}.lock", PATIENCE, stop.wait):
            yield

    def changing(self, env: str) -> None:
        """Record that an effect on ``env`` is about to begin."""
        run = self._recorder.known()
        self._recorder.emit(EnvironmentChanging(env, self._previous(env), run.commit))

    def changed(self, env: str) -> None:
        """Record that the effect succeeded: ``env`` now stands at this run. Idempotent."""
        run = self._recorder.known()
        if not _is_deployed(run, env):
            self._recorder.emit(EnvironmentChanged(env, self._previous(env), run.commit))
        tip = self._recorder.flush()
        change = self._records.environments.change
        retried(lambda: change(env, self._recorder.known(), tip))
        self._records.written(urgent=True)

    def write(self) -> None:
        """Bring what was recorded into git."""
        self._recorder.flush()

    def _previous(self, env: str) -> str | None:
        current = self._records.environments.current(env)
        return current.run if current else None


def _is_deployed(run: RunRecord, env: str) -> bool:
    return any(state.env == env and state.state == "deployed" for state in run.envs)
