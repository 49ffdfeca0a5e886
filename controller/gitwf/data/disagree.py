"""Where a stage of `dvc.yaml` and the stage that a definition describes differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gitwf.plan.stage import Out, OutKind, Stage

_SECTIONS = {OutKind.OUT: "outs", OutKind.METRIC: "metrics", OutKind.PLOT: "plots"}
_SHOWN = 60
"""So many characters of a command tell it from another."""


def disagreement(there: Stage | str, stage: Stage) -> str | None:
    """Return the first thing that ``there`` has otherwise than ``stage``, as a clause, or None.

    Of a stage that cannot be played ``there`` is the reason. The order in which paths and keys
    stand says nothing, and a person may describe a stage that we do not.
    """
    if isinstance(there, str):
        return there
    return next(_differences(there, stage), None)


def _differences(there: Stage, stage: Stage) -> Iterator[str]:
    if there.cmd != stage.cmd:
        yield f"`cmd` is {_command(there.cmd)}"
    if there.wdir != stage.wdir:
        yield f"`wdir` is `{there.wdir}`"
    yield from _of_paths("deps", there.deps, stage.deps)
    if _params(there) != _params(stage):
        yield "`params` are others"
    for kind, section in _SECTIONS.items():
        yield from _of_paths(section, _paths(there, kind), _paths(stage, kind))
    for out in there.outs:
        if out not in stage.outs:
            yield f"`{out.path}` {_flags(out)}"
    for flag in ("frozen", "always_changed"):
        if getattr(there, flag) != getattr(stage, flag):
            yield f"`{flag}` is {str(getattr(there, flag)).lower()}"
    if stage.desc not in {None, there.desc}:
        yield "`desc` is another" if there.desc else "`desc` is missing"


def _command(cmd: str | tuple[str, ...]) -> str:
    if not isinstance(cmd, str):
        return f"a list of {len(cmd)}"
    return f"`{cmd}`" if len(cmd) <= _SHOWN else f"`{cmd[:_SHOWN]}…`"


def _of_paths(section: str, there: Collection[str], wanted: Collection[str]) -> Iterator[str]:
    yield from (f"`{section}` has `{path}`" for path in there if path not in wanted)
    yield from (f"`{section}` lacks `{path}`" for path in wanted if path not in there)


def _paths(stage: Stage, kind: OutKind) -> list[str]:
    return [out.path for out in stage.outs if out.kind is kind]


def _params(stage: Stage) -> object:
    return {file: None if not keys else frozenset(keys) for file, keys in stage.params.items()}


def _flags(out: Out) -> str:
    kept = "is kept in the cache" if out.cache else "is not kept in the cache"
    return f"{kept}, and stays between runs" if out.persist else kept
