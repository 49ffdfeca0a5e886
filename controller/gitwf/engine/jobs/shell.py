"""How the text of a command becomes the argument list of a process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gitwf.plan.invocation import SHELL
from gitwf.plan.stage import Stage

_QUIET = {"zsh": ("--no-rcs",), "bash": ("--noprofile", "--norc")}
_IN_ITS_SHELL = 'for line do "${SHELL:-$0}" -c "$line" || exit; done'
_IN_TURN = 'for line do "$0" {options} -c "$line" || exit; done'


def definition_argv(text: str) -> tuple[str, ...]:
    """Return the arguments that run a definition's run line."""
    return (SHELL, "-c", text)


def stage_argv(cmd: str | tuple[str, ...], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the arguments that run a stage of `dvc.yaml` as DVC does.

    Each line in a shell of its own, ``$SHELL`` without its start-up files (dvc/stage/run.py,
    `_make_cmd` and `get_executable`), and nothing more after a line that fails.
    """
    lines = cmd.splitlines() if isinstance(cmd, str) else cmd
    shell = environment.get("SHELL") or SHELL
    options = _QUIET.get(PurePosixPath(shell).name.lower(), ())
    if len(lines) == 1:
        return (shell, *options, "-c", lines[0])
    return (SHELL, "-c", _IN_TURN.format(options=" ".join(options)), shell, *lines)


def far_stage_argv(cmd: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the same for another machine, whose ``$SHELL`` is known there alone."""
    lines = cmd.splitlines() if isinstance(cmd, str) else cmd
    return (SHELL, "-c", _IN_ITS_SHELL, SHELL, *lines)


def stage_environment(stage: Stage, workspace: Path) -> dict[str, str]:
    """Return what DVC tells a stage's command of itself (dvc/stage/run.py, `prepare_kwargs`)."""
    file = stage.beside("dvc.yaml")
    name = stage.name if file == "dvc.yaml" else f"{file}:{stage.name}"
    return {"DVC_ROOT": str(workspace / stage.root), "DVC_STAGE": name}
