"""MLflow's own client, for stores that are no server: `sqlite:///mlflow.db` and the like."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from gitwf.tracking.rest import tag_filter
from gitwf.tracking.store import Metric, RefusedError, UnavailableError

T = TypeVar("T")

_TRANSIENT = frozenset({"INTERNAL_ERROR", "TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED"})


class LibraryStore:
    """A store that MLflow's client opens. It tells nobody that it is used."""

    def __init__(self, uri: str) -> None:
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        os.environ["DO_NOT_TRACK"] = "true"
        try:
            from mlflow.tracking import MlflowClient
        except ImportError as error:
            message = f"{error}: pip install 'git-wf[mlflow]'"
            raise UnavailableError(message) from error
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        self._client = self._asked(lambda: MlflowClient(uri))

    def experiment(self, name: str) -> str:
        """See `Store`."""

        def ask() -> str:
            found = self._client.get_experiment_by_name(name)
            return str(found.experiment_id if found else self._client.create_experiment(name))

        return self._asked(ask)

    def find(self, experiment: str, tags: Mapping[str, str]) -> str | None:
        """See `Store`."""
        found = self._asked(
            lambda: self._client.search_runs([experiment], tag_filter(tags), max_results=1)
        )
        return str(found[0].info.run_id) if found else None

    def create(self, experiment: str, name: str, start: int, tags: Mapping[str, str]) -> str:
        """See `Store`."""
        run = self._asked(
            lambda: self._client.create_run(experiment, start, dict(tags), run_name=name)
        )
        return str(run.info.run_id)

    def log(
        self,
        run: str,
        metrics: Sequence[Metric],
        params: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> None:
        """See `Store`."""
        from mlflow.entities import Metric as Value
        from mlflow.entities import Param, RunTag

        self._asked(
            lambda: self._client.log_batch(
                run,
                [Value(m.key, m.value, m.timestamp, m.step) for m in metrics],
                [Param(key, value) for key, value in params.items()],
                [RunTag(key, value) for key, value in tags.items()],
            )
        )

    def end(self, run: str, status: str, at: int) -> None:
        """See `Store`."""
        self._asked(lambda: self._client.set_terminated(run, status, at))

    def close(self) -> None:
        """See `Store`."""

    def _asked(self, ask: Callable[[], T]) -> T:
        from mlflow.exceptions import MlflowException

        try:
            return ask()
        except MlflowException as error:
            kind = UnavailableError if error.error_code in _TRANSIENT else RefusedError
            raise kind(str(error)) from error
        except Exception as error:
            raise UnavailableError(str(error) or type(error).__name__) from error
