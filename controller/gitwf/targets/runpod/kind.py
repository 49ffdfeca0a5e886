"""The kind of target that is called ``runpod``: pods as ``[target.runpod]``, or ``[target.NAME]``, says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gitwf.config.options import OptionError, with_options
from gitwf.config.settings import Target as Table
from gitwf.plan.place import Choice
from gitwf.targets.job import Job, JobFolder, Target
from gitwf.targets.registry import Run
from gitwf.targets.runpod.errors import PodError

if TYPE_CHECKING:
    from gitwf.targets.runpod.account import Account
    from gitwf.targets.runpod.choosing import Choice as Offers
    from gitwf.targets.runpod.rental import Rental
    from gitwf.targets.runpod.target import PodTarget, Use

KIND = "runpod"


class Setting:
    """What pods of a clone need to know of it.

    ``folder`` is where they are written down, ``clone`` tells them from those of other clones,
    ``name`` gives what the repository is called on them, ``environment`` is the controller's own.
    ``scale`` makes waits shorter, for tests.
    """

    def __init__(
        self,
        folder: Path,
        clone: str,
        environment: Mapping[str, str],
        name: Callable[[], str],
        scale: float = 1.0,
    ) -> None:
        self.folder = folder
        self.clone = clone
        self.environment = environment
        self.name = name
        self.scale = scale


class RunpodKind:
    """Gives pods. One serves all runs of this process, so that they share one list of them."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._lock = threading.Lock()
        self._rentals: dict[str, Rental] = {}

    def target(self, choice: Choice, tables: Mapping[str, Table], run: Run) -> Target:
        """Return the pods that ``choice`` means. Raises OSError where there are none."""
        return self.pods(choice, tables, run)

    def meet(self, choice: Choice, tables: Mapping[str, Table], run: Run) -> None:
        """Look whether the pods of ``run`` let us in. Raises `PodError` and `NoKeyError`."""
        from gitwf.targets.runpod.inheriting import check

        self._use(choice, tables, run)
        check(self.account, run.rented)

    def pods(self, choice: Choice, tables: Mapping[str, Table], run: Run) -> PodTarget:
        """Return the same, as what it is."""
        from gitwf.targets.runpod.target import PodTarget

        return PodTarget(self.rental(run), self._use(choice, tables, run), run)

    def offers(self, choice: Choice, tables: Mapping[str, Table]) -> Offers:
        """Return what is to be had of the pods that ``choice`` means. Raises OSError."""
        from gitwf.targets.runpod.asking import Asker

        return Asker(self.account).offers(self._use(choice, tables, Run("")).wish)

    def adopt(self, folder: Path) -> Job:
        """Return the job that ``folder``, ``runs/RUN/jobs/STEP``, says is on a pod."""
        from gitwf.targets.runpod.target import PodTarget, Use
        from gitwf.targets.runpod.wish import Terms, Wish
        from gitwf.targets.ssh.far import Place
        from gitwf.targets.ssh.place import JobPlace

        place = JobPlace.read(folder)
        where = place.where if place else Place("", "")
        rental = self.rental(Run(folder.parents[1].name))
        return PodTarget(rental, Use(Wish(()), Terms(), where)).adopt(folder)

    def end(self, run: Run) -> None:
        """End all pods of ``run``, which ends; does nothing, and asks nobody, where it has none."""
        with self._lock:
            is_known = run.id in self._rentals
        if is_known or any(self._setting.folder.glob(f"*-{run.id}-*")):
            rental = self.rental(run)
            rental.finish()
            with self._lock:
                self._rentals.pop(run.id, None)

    def rental(self, run: Run) -> Rental:
        """Return the pods of ``run``. Raises `NoKeyError`."""
        from gitwf.targets.runpod.inheriting import inherit
        from gitwf.targets.runpod.rental import Rental

        account = self.account
        with self._lock:
            is_new = run.id not in self._rentals
            rental = self._rentals.setdefault(run.id, Rental(account, run.id))
        if is_new and run.rented:
            inherit(account, run.id, run.rented)
        if run.hear is not None:
            rental.listen(run.hear, run.may_rent)
        if is_new:
            jobs = self._setting.folder.parent / "runs" / run.id / "jobs"
            rental.tidy(lambda job: JobFolder(jobs / job).exit_status() is not None)
        return rental

    @cached_property
    def account(self) -> Account:
        """RunPod, with the key of the environment. Raises `NoKeyError`."""
        from gitwf.targets.runpod.account import Account
        from gitwf.targets.runpod.fleet import POLL

        setting = self._setting
        poll = POLL * setting.scale
        return Account.of(setting.environment, setting.folder, setting.clone, poll)

    def _use(self, choice: Choice, tables: Mapping[str, Table], run: Run) -> Use:
        from gitwf.targets.runpod.target import Use
        from gitwf.targets.runpod.wish import terms_of, wish_of
        from gitwf.targets.ssh.far import Place

        name = choice.instance or KIND
        table = tables.get(name)
        if table is None and choice.instance:
            raise PodError(f"`wf.toml` has no `[target.{name}]`")
        try:
            table = with_options(table or Table(), choice.options)
        except OptionError as error:
            raise PodError(f"`{choice.name}`: {error}") from None
        where = Place(table.workdir, run.repository or self._setting.name())
        pause = float(table.checkpoints) * self._setting.scale
        return Use(wish_of(choice.name, table), terms_of(table), where, table.setup or "", pause)
