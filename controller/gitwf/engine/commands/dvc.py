"""`/dvc:push` and `/dvc:pull`: DVC itself, as the job of a step."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gitwf.engine.jobs.context import RunContext
from gitwf.engine.jobs.jobs import Process
from gitwf.language.signature import DVC


def dvc_process(name: str, words: Sequence[str], context: RunContext) -> Process | None:
    """Return what plays the built-in command ``name`` with these words; None if it is another's.

    It is the DVC that this program stands on, whatever the repository has on its path. It runs no
    other command, so it gets the secrets that remotes may need.
    """
    if name not in DVC:
        return None
    verb = name.partition(":")[2]
    return Process(
        (sys.executable, "-P", "-m", "dvc", verb, *words),
        context.workspace,
        _environment(context),
        secrets=tuple(context.secrets),
    )


def _environment(context: RunContext) -> dict[str, str]:
    """Return variables that have DVC leave nothing outside of a workspace that will be removed."""
    if not context.is_apart:
        return {}
    return {"DVC_SITE_CACHE_DIR": str(context.workspace / ".dvc" / "tmp" / "site")}
