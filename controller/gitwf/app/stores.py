"""What `git wf gc` frees on the machines of `wf.toml`: what was sent there, and no job has used for long."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from gitwf.app.coverage import settings_of
from gitwf.records.ids import time_of
from gitwf.records.store import Records
from gitwf.repo.name import name_elsewhere
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from gitwf.targets.ssh.pruning import Pruned


class Store(NamedTuple):
    """A machine, and what was removed there, or why it was passed over."""

    machine: str
    pruned: Pruned | None = None
    problem: str = ""


def pruned_stores(
    repository: Repository, records: Records, over: Collection[str], *, dry_run: bool
) -> Iterator[Store]:
    """Yield the machines, pruned of what was not used in `[keep] days`, nor since a run began that goes on.

    ``over`` are the runs whose claims may go. With ``dry_run`` nothing is removed.
    """
    settings = settings_of(repository)
    machines = {name: table for name, table in settings.target.items() if table.ssh is not None}
    if not machines:
        return
    from gitwf.targets.ssh.errors import SshError
    from gitwf.targets.ssh.kind import SshKind
    from gitwf.targets.ssh.pruning import prune

    days = max(1, settings.keep.days, _going_on(records))
    kind = SshKind(lambda: name_elsewhere(repository))
    try:
        for name, table in sorted(machines.items()):
            try:
                yield Store(name, prune(kind.of(name, table).far, days, over, dry_run=dry_run))
            except SshError as error:
                yield Store(name, problem=str(error))
    finally:
        kind.close()


def _going_on(records: Records) -> int:
    """Return for how many days the oldest run that has not ended goes on, the last one as a whole."""
    runs = {one.record.run for one in records.runs.newest() if not one.record.is_over}
    begun = [time_of(run) for run in runs | set(records.ongoing.runs())]
    now = records.clock.now()
    return max((math.ceil((now - time) / timedelta(days=1)) for time in begun), default=0)
