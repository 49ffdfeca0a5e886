"""The kind of target that is called ``ssh:NAME``: the machine of the table ``[target.NAME]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gitwf.config.options import OptionError, with_options
from gitwf.config.settings import Target as Table
from gitwf.plan.place import Choice
from gitwf.targets.job import Job, Target
from gitwf.targets.registry import Run
from gitwf.targets.ssh.errors import RefusedError

if TYPE_CHECKING:
    from gitwf.targets.ssh.machines import Machines
    from gitwf.targets.ssh.target import SshTarget


class SshKind:
    """Gives machines that are reached over SSH.

    ``name`` gives what the repository is called there, when that is needed.
    """

    def __init__(self, name: Callable[[], str]) -> None:
        self._name = name

    def target(self, choice: Choice, tables: Mapping[str, Table], run: Run) -> Target:
        """Return the machine that ``choice`` means. Raises `RefusedError` where there is none."""
        return self.machine(choice, tables, run)

    def meet(self, choice: Choice, tables: Mapping[str, Table], run: Run) -> None:
        """Connect to the machine that ``choice`` means. Raises `SshError`."""
        self.machine(choice, tables, run).greet()

    def machine(
        self, choice: Choice, tables: Mapping[str, Table], run: Run | None = None
    ) -> SshTarget:
        """Return the same, as what it is."""
        table = tables.get(choice.instance)
        if table is None:
            raise RefusedError(
                f"there is no machine `{choice.instance}`: `wf.toml` has no `[target.{choice.instance}]`"
            )
        try:
            return self.of(choice.instance, with_options(table, choice.options), run or Run(""))
        except OptionError as error:
            raise RefusedError(f"`{choice.name}`: {error}") from None

    def of(self, name: str, table: Table, run: Run | None = None) -> SshTarget:
        """Return the machine that ``table``, called ``name``, says, for ``run``.

        Raises `RefusedError` where it says none.
        """
        from gitwf.targets.ssh.far import Place
        from gitwf.targets.ssh.openssh import Wish, resolve
        from gitwf.targets.ssh.target import SshTarget, Ways

        if table.ssh is None:
            raise RefusedError(
                f"`[target.{name}]` has no `ssh`: say `user@host:22`, or a Host of your ssh configuration"
            )
        host = resolve(Wish(name, table.ssh, table.identity, table.known_hosts))
        run = run or Run("")
        ways = Ways(
            Place(table.workdir, run.repository or self._repository),
            table.setup or "",
            table.max_hours,
            float(table.orphan_after),
            checkpoints=float(table.checkpoints),
        )
        return SshTarget(self.machines, host, ways, run, f"ssh:{name}")

    def adopt(self, folder: Path) -> Job:
        """Return the job that ``folder`` says is on a machine. Raises `FarError` where it says none."""
        from gitwf.targets.ssh.target import adopt

        return adopt(self.machines, folder)

    def end(self, run: Run) -> None:
        """Do nothing: a machine costs no run anything."""

    def close(self) -> None:
        """End all connections."""
        if "machines" in self.__dict__:
            self.machines.close()

    @cached_property
    def _repository(self) -> str:
        return self._name()

    @cached_property
    def machines(self) -> Machines:
        """All machines of this process."""
        from gitwf.targets.ssh.machines import Machines

        return Machines()
