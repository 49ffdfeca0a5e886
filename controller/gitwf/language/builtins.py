"""The names that the language has taken: built-in variables and built-in commands."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLES: Mapping[str, str] = {
    "result": "the result of the last unit that ended",
    "status": "the exit status of the last unit that ended",
    "error": "what failed, in a `catch:`, `finally:` or handler",
    "index": "the number of the branch or trial, in a `fork:` or `sweep:`",
    "all_results_ready": "whether all succeeded that a `barrier` joined, after it",
    "run": "the run: `id`, `workflow`, `commit`, `branch`, `attempt`",
    "params": "the repository's `params.yaml`",
    "context": "the whole context value, in a `context:`",
}
"""Built-in variables, with what each is and where it is there."""

EVERYWHERE = frozenset({"result", "status", "run", "params"})
"""The built-in variables that are there at the first statement already."""

HEEDED = frozenset({"phase"})
"""Variables of the workflow that mean something beyond it: the phase that results are logged under."""

COMMANDS = frozenset(
    {
        *("echo", "sleep", "fail", "notify", "ssh", "mlflow:log"),
        *("dvc:repro", "dvc:push", "dvc:pull", "scp:put", "scp:get"),
        *("pod:up", "pod:down", "pod:status"),
        *("results:log", "results:best", "results:table"),
    }
)
"""Built-in commands, without their slashes."""
