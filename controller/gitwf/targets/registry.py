"""The places where the jobs of a run may be: this machine, and kinds of others that `app` brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from gitwf.config.settings import Target as Table
from gitwf.plan.place import LOCAL, Choice
from gitwf.targets.job import Job, Target
from gitwf.targets.local import LocalTarget
from gitwf.targets.pods import Hear, Rented

PLACE = "place"
"""The file in the folder of a job that is elsewhere: JSON that says of which ``kind`` its target is."""


class JobNote(msgspec.Struct, frozen=True):
    """A job is about to be begun on another machine: the fields of the event ``job.placed``."""

    job: str
    target: str
    host: str
    folder: str
    name: str


def always() -> bool:
    """Return True."""
    return True


class Run(msgspec.Struct, frozen=True):
    """The run whose jobs are placed. ``hear`` writes down what becomes of a pod that it pays for.

    ``placed`` writes down that a job is about to be begun elsewhere. ``owner`` is the clone that plays
    it, by the lease with the number ``epoch``; ``repository`` what the repository is called on other
    machines, where the run has said that. ``may_rent`` says whether a pod may be asked for now: where
    clones share a remote only one of them may; it may raise where none is wanted any more. ``rented`` are
    pods that another clone has rented for it.
    """

    id: str
    hear: Hear | None = None
    placed: Callable[[JobNote], object] = lambda _: None
    owner: str = ""
    epoch: int = 0
    repository: str | None = None
    may_rent: Callable[[], bool] = always
    rented: tuple[Rented, ...] = ()


class Kind(Protocol):
    """A kind of target, such as ``ssh``. One serves all runs of this process."""

    def target(self, choice: Choice, tables: Mapping[str, Table], run: Run) -> Target:
        """Return the target that ``choice`` means, for ``run``; ``tables`` are those of `wf.toml`.

        Raises OSError where there is none. Nothing is connected or rented yet.
        """

    def meet(self, choice: Choice, tables: Mapping[str, Table], run: Run) -> None:
        """Look whether a job of ``run`` that is there can be gone on with. Raises OSError where it cannot."""

    def adopt(self, folder: Path) -> Job:
        """Return the job that the file `place` in ``folder`` says is on a target of this kind.

        Raises OSError where it cannot be.
        """

    def end(self, run: Run) -> None:
        """Give back what was taken for ``run``, which ends."""


class Targets:
    """The targets of one ``run``. ``kinds`` by the word before the colon, ``tables`` those of `wf.toml`."""

    def __init__(
        self,
        kinds: Mapping[str, Kind] | None = None,
        tables: Mapping[str, Table] | None = None,
        run: Run | None = None,
    ) -> None:
        self._kinds = kinds or {}
        self._tables = tables or {}
        self.run = run or Run("")
        self._local = LocalTarget()

    def of(self, choice: Choice = LOCAL) -> Target:
        """Return the target that ``choice`` means. Raises OSError where there is none."""
        if choice.is_local:
            return self._local
        return self._kind(choice).target(choice, self._tables, self.run)

    def meet(self, choice: Choice) -> None:
        """Look whether jobs that are there can be gone on with. Raises OSError where they cannot."""
        self._kind(choice).meet(choice, self._tables, self.run)

    def adopt(self, folder: Path) -> Job:
        """Return the job in ``folder``, wherever it is; it may have ended.

        Raises:
            OSError: if nobody can tell where it is, or whether it goes on.
        """
        name = place_of(folder)
        if name is None:
            return self._local.adopt(folder)
        if name not in self._kinds:
            raise UnknownTargetError(f"the job in `{folder}` is on `{name}`, which is no target")
        return self._kinds[name].adopt(folder)

    def _kind(self, choice: Choice) -> Kind:
        kind = self._kinds.get(choice.kind)
        if kind is None:
            raise UnknownTargetError(f"there is no target `{choice.name}`")
        return kind

    def end(self) -> None:
        """Give back what was taken for the run, which ends: pods, above all."""
        for kind in self._kinds.values():
            kind.end(self.run)


class UnknownTargetError(OSError):
    """A target was asked for that is none."""


class _Placed(msgspec.Struct, frozen=True):
    kind: str


def place_of(folder: Path) -> str | None:
    """Return the kind of target that the job in ``folder`` is on; None: this machine."""
    try:
        return msgspec.json.decode((folder / PLACE).read_bytes(), type=_Placed).kind
    except (OSError, msgspec.DecodeError):
        return None
