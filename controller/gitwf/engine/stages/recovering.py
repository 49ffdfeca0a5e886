"""Has a stage's look find what this clone has lost, or never had, and the remote has."""

from __future__ import annotations

from contextlib import nullcontext

import msgspec

from gitwf.data.look import Look, look
from gitwf.data.obtain import obtain
from gitwf.data.project import Project
from gitwf.data.recover import recover
from gitwf.engine.stages.kept import objects_of, value_of
from gitwf.engine.unit.stop import Stop
from gitwf.plan.stage import Stage

LOST = "what it wrote before is no longer in the cache"


def recovered(project: Project, stage: Stage, seen: Look, record: bytes | None, stop: Stop) -> Look:
    """Return ``seen``, or what is seen of ``stage`` once the remote has brought what was missing.

    ``record`` is what a run has kept of the stage's answer: so there was a result. The reason says
    what was brought, or why it could not be.
    """
    remote = project.remote
    with stop.listening(remote.interrupt) if remote else nullcontext():
        if seen.entry is None:
            return _recovered(project, stage, seen, record)
        obtain(project, objects_of(record))
    return seen


def _recovered(project: Project, stage: Stage, seen: Look, record: bytes | None) -> Look:
    was_known = record is not None and seen.key is not None
    if not was_known and seen.lost is None:
        return seen
    problem = recover(project, seen, value_of(record))
    if problem is not None:
        return msgspec.structs.replace(
            seen, reason=f"{LOST if was_known else seen.reason}{problem}"
        )
    obtain(project, objects_of(record))
    again = look(project, stage)
    name = project.remote.name if project.remote else ""
    return msgspec.structs.replace(
        again, reason=f"{again.reason}, brought from the remote `{name}`"
    )
