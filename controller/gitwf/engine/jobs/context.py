"""What is the same for all steps of one playing of a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from gitwf.config.quantity import Size
from gitwf.config.settings import Settings
from gitwf.data.meter import Meter
from gitwf.engine.jobs.agents import Agents
from gitwf.engine.jobs.flood import FloodWatch
from gitwf.engine.replay.earlier import NOTHING, Earlier
from gitwf.engine.stages.safekeeping import Safekeeping
from gitwf.engine.unit.gate import Gate
from gitwf.engine.unit.permit import FREE, Permit
from gitwf.engine.unit.supply import Supply
from gitwf.language.value import Value, number
from gitwf.targets.registry import Targets


class RunContext(msgspec.Struct, frozen=True):
    """One playing of a run: who it is, where its files are, what its commands get.

    ``folder`` holds what is local to the run (job folders, large results), ``environment`` is what
    every command gets, ``secrets`` the values that only a command which names them gets,
    ``targets`` where its jobs may be.
    ``effects`` None allows all effects, else it is the sentence that refuses them. ``supply`` is what
    its jobs may take, ``floods`` sees to it that none prints more than ``log_max`` bytes;
    ``lost_retries`` is how often one that was lost is begun again. ``gate`` is passed by effects.
    ``follows`` is the remote whose ``branch`` it is of; None: the clone's own.
    ``agents`` do what `droid:` hands to them; None: the workflow hands nothing over.
    ``safekeeping`` takes care of what stages write, ``meter`` shows how far that has come;
    ``earlier`` is the run that this one retries. ``key`` is the plan's, ``settings`` are those of its
    commit. ``resumed``: it was played before; ``adopted``: by another clone.
    ``permit`` lets it do what only one clone may do.
    """

    id: str
    workflow: str
    commit: str
    branch: str | None
    attempt: int
    workspace: Path
    folder: Path
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    targets: Targets
    effects: str | None = None
    supply: Supply = msgspec.field(default_factory=Supply)
    floods: FloodWatch = msgspec.field(default_factory=FloodWatch)
    log_max: Size = Size(10**9)
    lost_retries: int = 2
    gate: Gate = msgspec.field(default_factory=Gate)
    safekeeping: Safekeeping = msgspec.field(default_factory=Safekeeping)
    meter: Meter = msgspec.field(default_factory=Meter)
    earlier: Earlier = NOTHING
    key: str = ""
    settings: Settings = msgspec.field(default_factory=Settings)
    resumed: bool = False
    adopted: bool = False
    permit: Permit = FREE
    agents: Agents | None = None
    follows: str | None = None

    @property
    def locks(self) -> Path:
        """The folder of the locks of stages: one for all runs of the clone."""
        return self.folder.parents[1] / "stages"

    @property
    def is_apart(self) -> bool:
        """Whether the workspace is the run's own, and no person's."""
        return self.workspace.parent == self.folder.parents[1] / "workspaces"

    @property
    def worktrees(self) -> Path:
        """The folder of the worktrees of agents: one for all runs of the clone."""
        return self.folder.parents[1] / "droids"

    def variables(self, step: str, attempt: int) -> dict[str, str]:
        """Return what names the run to the command that is ``step``: its ``WF_`` variables."""
        return {
            "WF_RUN_ID": self.id,
            "WF_STEP": step,
            "WF_ATTEMPT": str(attempt),
            "WF_COMMIT": self.commit,
            "WF_BRANCH": self.branch or "",
            "WF_WORKFLOW": self.workflow,
        }

    def value(self) -> Value:
        """Return the run as the workflow sees it in ``$run``."""
        return {
            "id": self.id,
            "workflow": self.workflow,
            "commit": self.commit,
            "branch": self.branch,
            "attempt": number(self.attempt),
        }
