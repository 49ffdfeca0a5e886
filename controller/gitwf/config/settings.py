"""The settings of `wf.toml`: one struct a table, with the defaults that hold without the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from gitwf.config.quantity import Duration, Size

Count = Annotated[int, msgspec.Meta(ge=1, description="a whole number from 1 up")]
Natural = Annotated[int, msgspec.Meta(ge=0, description="a whole number from 0 up")]
Amount = Annotated[float, msgspec.Meta(ge=0, description="a number from 0 up")]
Names = tuple[str, ...]
Words = tuple[
    Annotated[
        str | Names,
        msgspec.Meta(description="strings, and of lists of strings that stand or fall together"),
    ],
    ...,
]
"""An argument list; of a list in it all is left out where one of its ``{places}`` has no value."""
Origin = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(env(:[A-Za-z_][A-Za-z0-9_]*)?|keyring(:.+)?)$",
        description='`"env"`, `"env:NAME"` or `"keyring:SERVICE"`',
    ),
]
"""Where the value of a secret is; a bare ``env`` or ``keyring`` means under the secret's name."""
SecretName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(?!(gh[opsur]|github_pat)_)[A-Za-z_][A-Za-z0-9_]*$",
        description="the name of a secret",
    ),
]
"""Under which a secret is found. A token of GitHub has the form of a name too, and is none."""
Path = tuple[str, ...]
"""The names on the way to a setting: ``("target", "box", "ssh")``."""

NAMED_DROIDS = "droid.*"
"""The key of the tables ``[droid.NAME]``, which TOML keeps in ``[droid]`` beside its settings."""


class Table(msgspec.Struct, frozen=True):
    """A table of `wf.toml`. Its fields are the keys that may stand there."""


class Controller(Table, frozen=True):
    """``[controller]``: what is watched, and how much runs at once."""

    branches: Names = ()
    """Globs of watched branches; none: the remote's default branch, else the one HEAD is on."""
    workflows: str = "workflows/"
    remote: str | None = None
    poll: Duration = Duration(15)
    jobs: Count | None = None
    """Jobs at once over all runs; None: as many as there are cores, and 16 at least."""
    lost_retries: Natural = 2
    owner_lost_after: Duration = Duration(3600)
    log_max: Size = Size(10**9)
    gate: Literal["off", "validate", "pre-commit"] = "validate"


class Data(Table, frozen=True):
    """``[data]``: whether outs, run-cache entries and results go to the DVC remote."""

    push: Literal["auto", "never"] = "auto"


class Workspace(Table, frozen=True):
    """``[workspace]``: what a run's worktree gets beside the commit."""

    link: Names = ()
    filters: tuple[Literal["lfs"], ...] = ()


class Keep(Table, frozen=True):
    """``[keep]``: what `git wf gc` leaves: runs per environment, per workflow, and by age."""

    env: Natural = 5
    runs: Natural = 20
    days: Natural = 30


class Target(Table, frozen=True):
    """``[target.NAME]``: a machine, a kind of pod or a Ray cluster. Unset options are its own."""

    ssh: str | None = None
    identity: str | None = None
    known_hosts: str | None = None
    workdir: str = "~/.cache/git-wf"
    setup: str | None = None
    address: str | None = None
    template: str | None = None
    gpu: Names = ()
    count: Count = 1
    image: str | None = None
    cloud: tuple[Literal["SECURE", "COMMUNITY"], ...] = ()
    data_centers: Names = ()
    """Where pods may be, in order of preference; none: anywhere."""
    disk: Count | None = None
    """GB of container disk."""
    volume: str | None = None
    """The id of a network volume, which pods have at `/workspace`."""
    env: Mapping[str, str] = {}
    """What the environment of pods has beside that of their image."""
    budget: Amount | None = None
    """USD for a run."""
    max_hours: Amount = 24.0
    idle: Duration = Duration(0)
    """How long a pod is kept for a next step."""
    orphan_after: Duration = Duration(7200)
    """How long after its job's end a pod ends itself when no controller has come."""
    checkpoints: Duration = Duration(180)
    """How often outs that persist are brought while a job runs; 0: at its end alone."""


class Droid(Table, frozen=True):
    """``[droid]``, for all agents, and ``[droid.NAME]``, which goes before it. None: not set here."""

    adapter: Literal["droid", "claude", "codex", "aider"] | None = None
    """Whose program it is, called as this version knows to call it."""
    command: Words | None = None
    """How the program is called otherwise, with ``{prompt}`` and the like in it."""
    args: Words | None = None
    """Further arguments of an adapter."""
    reads: Literal["json", "codex", "text"] | None = None
    """What a ``command`` prints."""
    model: str | None = None
    timeout: Duration | None = None
    parallel: Count | None = None
    """How many at once, over all runs: of all agents, or of the one that the table names."""
    protected: Names | None = None
    """Globs of paths that no agent may change unless its step allows it."""
    env: Names | None = None
    """Variables of the controller's environment that the program gets beside those it always does."""


class Results(Table, frozen=True):
    """``[results]``: the log of experiments in the working tree."""

    file: str = "experiment_results.jsonl"
    config: Names | None = None
    """Names that make up an experiment's configuration; None: its axes and parameters."""


class Mlflow(Table, frozen=True):
    """``[mlflow]``: where runs are tracked as well, if the table is there."""

    uri: str | None = None
    experiment: str | None = None


class Notify(Table, frozen=True):
    """``[notify]``: whom to tell about what. ``webhook`` and ``github`` are names of secrets."""

    webhook: SecretName | None = None
    command: Names = ()
    github: SecretName | None = None
    on: tuple[Literal["failed", "recovered", "deployed"], ...] = ("failed", "recovered", "deployed")

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of secrets that are for telling people, and for no command."""
        return tuple(name for name in (self.webhook, self.github) if name)


class Environment(Table, frozen=True):
    """``[env.NAME]``: an environment that effects may name, and what it waits for."""

    approve: bool = False
    after: Names = ()


class Limits(Table, frozen=True):
    """What the runs of a branch may use. None: nothing is limited."""

    budget: Amount | None = None
    """USD for a run."""
    targets: Names | None = None
    """Names of machines beside this one, such as ``box`` of ``ssh:box``."""
    secrets: Names | None = None


class Trust(Limits, frozen=True):
    """``[trust]``: what may run for whom. Never read from the commit that is being judged."""

    branches: Names = ()
    """Globs of the branches that may run; none: all that are watched."""
    protected: Names | None = None
    """Globs of branches that may not be rewritten; None: the default branch."""
    mode: Literal["none", "head", "strict"] = "none"
    signers: str | None = None
    """A file of allowed signers, as ssh-keygen(1) reads it."""
    gpg: Names = ()
    """Fingerprints of the GPG keys that may sign commits."""
    key: str | None = None
    """The file of the SSH key that the controller signs records with."""
    branch: Mapping[str, Limits] = {}
    """``[trust.branch.GLOB]``: other limits for some branches; the first that fits counts."""


class Settings(Table, frozen=True):
    """All of `wf.toml`. ``droids`` holds the tables ``[droid.NAME]``."""

    controller: Controller = Controller()
    resources: Mapping[str, Amount] = {}
    data: Data = Data()
    workspace: Workspace = Workspace()
    keep: Keep = Keep()
    target: Mapping[str, Target] = {}
    droid: Droid = Droid()
    droids: Mapping[str, Droid] = msgspec.field(default_factory=dict, name=NAMED_DROIDS)
    results: Results = Results()
    mlflow: Mlflow | None = None
    notify: Notify = Notify()
    secrets: Mapping[str, Origin] = {}
    env: Mapping[str, Environment] = {}
    trust: Trust = Trust()
