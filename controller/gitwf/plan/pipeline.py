"""`/dvc:repro`: which of the repository's own stages it plays, and in which order."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from gitwf.language import tree
from gitwf.plan.facts import Facts
from gitwf.plan.stage import Stage

REPRO = "dvc:repro"


class PipelineError(Exception):
    """There is no such pipeline; the message says why."""


def literal_targets(command: tree.Command) -> tuple[str, ...] | None:
    """Return the stages that a call names, none meaning all; None: only a run will know."""
    parts = [part for word in command.words for part in word.parts]
    if not all(isinstance(part, tree.Literal) for part in parts):
        return None
    return tuple(
        "".join(p.text for p in w.parts if isinstance(p, tree.Literal)) for w in command.words
    )


def own_pipeline(targets: Iterable[str], facts: Facts) -> Mapping[str, Stage | str]:
    """Return the stages that ``targets`` need, by the name that a command has for them, in order.

    No target stands for all of the `dvc.yaml` on top. One that cannot be played is its reason.

    Raises:
        PipelineError: if there is no such stage, or they need one another in a circle.
        BrokenFileError: if a `dvc.yaml` cannot be read.
    """
    known = {
        stage if folder == "." else f"{folder}:{stage}": found
        for folder in facts.pipelines()
        for stage, found in facts.stages(folder).items()
    }
    return {name: known[name] for name in pipeline(known, tuple(targets))}


def pipeline(known: Mapping[str, Stage | str], targets: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of ``targets`` and of all that they need, each behind what it needs.

    Raises:
        PipelineError: as `own_pipeline`.
    """
    wanted = [name for target in targets for name in _meant(target, known)]
    wanted = wanted if targets else [n for n in _playable(known) if ":" not in n]
    if not wanted:
        raise PipelineError("there are no stages in `dvc.yaml`")
    writers = _Writers({name: stage for name, stage in known.items() if isinstance(stage, Stage)})
    needs: dict[str, tuple[str, ...]] = {}
    while wanted:
        name = wanted.pop(0)
        if name not in needs:
            stage = known[name]
            needs[name] = tuple(writers.of(stage)) if isinstance(stage, Stage) else ()
            wanted += needs[name]
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " → ".join(f"`{name}`" for name in reversed(error.args[1]))
        raise PipelineError(f"stages need one another: {circle}") from None


def _playable(known: Mapping[str, Stage | str]) -> Iterator[str]:
    """Yield the names of stages; that of a group stands for its members."""
    groups = {name.partition("@")[0] for name in known if "@" in name}
    yield from (name for name in known if name not in groups)


def _meant(target: str, known: Mapping[str, Stage | str]) -> list[str]:
    members = [name for name in known if name.startswith(f"{target}@")]
    if members or target in known:
        return members or [target]
    raise PipelineError(f"there is no stage `{target}` in `dvc.yaml`")


class _Writers:
    """Which stages write a path, what is in it, or what it is in."""

    def __init__(self, stages: Mapping[str, Stage]) -> None:
        self._at: dict[str, str] = {}
        self._below: dict[str, dict[str, None]] = {}
        for name, stage in stages.items():
            for out in stage.outs:
                path = _under(stage, out.path)
                self._at[path] = name
                for folder in _above(path):
                    self._below.setdefault(folder, {})[name] = None

    def of(self, stage: Stage) -> Iterator[str]:
        """Yield the stages that write what ``stage`` reads, those of its first dep first."""
        for dep in (*stage.deps, *stage.params):
            path = _under(stage, dep)
            yield from (self._at[at] for at in (path, *_above(path)) if at in self._at)
            yield from self._below.get(path, ())


def _under(stage: Stage, path: str) -> str:
    return posixpath.normpath(posixpath.join(stage.place, path))


def _above(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path
