"""What commands print while they run, for people to look at: without the secrets in it.

What a command printed is masked when it has ended. Until then whoever shows it does that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from gitwf.app.streams import latest_line
from gitwf.data.facts import CommitFiles, FileFacts
from gitwf.engine.jobs.environment import secrets_of
from gitwf.engine.replay.mask import Mask
from gitwf.plan.calls import named_secrets
from gitwf.plan.plan import decode
from gitwf.reconcile.configure import configure
from gitwf.records.store import Records
from gitwf.repo.repository import Repository


class Glance:
    """Looks at the runs that go on in a clone; ``environment`` is where the secrets are known from."""

    def __init__(self, repository: Repository, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._repository = repository
        self._records = Records(repository)
        self.mask = lru_cache(maxsize=16)(self._mask)

    def last_line(self, run: str, step: str) -> str:
        """Return the last line that a step printed so far, fit for a terminal."""
        folder = self._records.state_dir / "runs" / run
        return self.mask(run).text(latest_line(folder, step))

    def _mask(self, run: str) -> Mask:
        """Return what hides the secrets of a run that goes on; of one that is over nothing shows any."""
        record, plan = self._records.ongoing.record(run), self._records.ongoing.plan(run)
        if record is None or plan is None:
            return Mask(())
        facts = FileFacts(CommitFiles(self._repository.objects, record.commit))
        origins = configure(facts).settings.secrets
        try:
            named = named_secrets(decode(plan).program())
        except msgspec.DecodeError:
            named = frozenset()
        return Mask(secrets_of(self._environment, origins, named).values())
