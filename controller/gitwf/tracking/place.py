"""Where the runs of a repository are tracked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitwf.config.settings import Mlflow
from gitwf.tracking.outbox import Target

URI = "sqlite:///mlflow.db"
EXPERIMENT = "git-wf"

FOLDER = "tracking"
"""The folder of outboxes, in the folder of a clone."""
_SQLITE = "sqlite:///"

ITS_FILES = ("mlflow.db", "mlruns")
"""What MLflow makes in the working tree where it is tracked in a file."""


def target_of(settings: Mlflow, environment: Mapping[str, str], root: Path) -> Target:
    """Return where runs are tracked: ``MLFLOW_TRACKING_URI``, what `wf.toml` says, or a file of SQLite.

    A relative file of SQLite is one of ``root``, wherever a command runs that is told of it.
    """
    uri = environment.get("MLFLOW_TRACKING_URI") or settings.uri or URI
    if uri.startswith(_SQLITE) and not uri.startswith(f"{_SQLITE}/"):
        uri = f"{_SQLITE}{root.resolve() / uri.removeprefix(_SQLITE)}"
    named = environment.get("MLFLOW_EXPERIMENT_NAME") or settings.experiment
    return Target(uri, named or EXPERIMENT)
