"""Pods of RunPod: how this clone rents them, and `git wf pods`."""

from __future__ import annotations

from collections.abc import Mapping

from gitwf.records.owner import owner_of
from gitwf.records.pace import SCALE
from gitwf.repo.name import name_elsewhere
from gitwf.repo.repository import Repository
from gitwf.targets.runpod.kind import RunpodKind, Setting


def kind_of(repository: Repository, environment: Mapping[str, str]) -> RunpodKind:
    """Return the kind of target that is called ``runpod``, for runs of ``repository``."""
    clone = owner_of(repository.state_dir).rpartition(":")[2]
    setting = Setting(
        repository.state_dir / "pods",
        clone,
        environment,
        lambda: name_elsewhere(repository),
        SCALE,
    )
    return RunpodKind(setting)
