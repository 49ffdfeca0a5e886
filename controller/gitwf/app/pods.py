"""Pods of RunPod: how this clone rents them, and ends those that nobody needs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitwf.app.again import again_and_again
from gitwf.engine.clone.ownership import is_played
from gitwf.records.owner import owner_of
from gitwf.records.pace import SCALE, scaled
from gitwf.records.runs import ref_of
from gitwf.repo.name import name_elsewhere
from gitwf.repo.repository import Repository
from gitwf.targets.runpod.kind import RunpodKind, Setting

if TYPE_CHECKING:
    from gitwf.reconcile.clone import Clone

log = logging.getLogger(__name__)

_PASSES = scaled(60.0)
"""Seconds between two looks for pods that nobody needs; one that finds nothing in the ledger asks nobody."""

_FOLDER = "pods"


def kind_of(repository: Repository, environment: Mapping[str, str]) -> RunpodKind:
    """Return the kind of target that is called ``runpod``, for runs of ``repository``."""
    clone = owner_of(repository.state_dir).rpartition(":")[2]
    setting = Setting(
        repository.state_dir / _FOLDER,
        clone,
        environment,
        lambda: name_elsewhere(repository),
        SCALE,
    )
    return RunpodKind(setting)


def reaping(clone: Clone) -> AbstractContextManager[None]:
    """End pods that nobody needs while the block runs: at its start, and again and again."""
    return again_and_again("git-wf-reaper", lambda: _reap(clone), _PASSES)


def _reap(clone: Clone) -> None:
    try:
        if (clone.records.state_dir / _FOLDER).is_dir():
            _end_needless(clone)
    except OSError as error:
        log.warning("pods that nobody needs cannot be looked for: %s", error)


def _end_needless(clone: Clone) -> None:
    from gitwf.targets.runpod.ledger import Ledger
    from gitwf.targets.runpod.reaper import Reaper, Standing, is_due

    records = clone.records

    def standing(run: str) -> Standing:
        if is_played(records.state_dir / "runs" / run):
            return Standing.PLAYED
        if run in records.ongoing.runs():
            return Standing.OPEN
        tip = records.runs.tip(run)
        found = records.runs.described({ref_of(run): tip}) if tip else []
        is_open = any(not one.record.is_over for one in found)  # another clone has taken it over
        return Standing.OPEN if is_open else Standing.OVER

    if is_due(Ledger(records.state_dir / _FOLDER), standing, datetime.now(UTC)):
        account = kind_of(clone.repository, clone.environment).account
        for problem in Reaper(account, standing).reap().problems:
            log.warning("%s", problem)
