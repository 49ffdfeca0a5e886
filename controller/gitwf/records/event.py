"""Events: what happened, one JSON object a line (the table of `docs/records.md`, section 1).

An event is a head, the same for all, and a body, one class a type. Keys stand in the order of the
classes' fields. What a later version adds, types and keys, is kept as it was read and passed over.
Results, values and metrics stay the JSON text that they were: a number keeps its spelling.
"""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

VERSION = 1
"""The version that is written. All versions ever written are read."""

_NULL = Raw(b"null")


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an event of a certain type says beyond its head."""

    type: ClassVar[str] = ""
    is_terminal: ClassVar[bool] = False
    is_urgent: ClassVar[bool] = False
    """Whether it must be on disk before what it announces may begin, or before it may be told."""


class Error(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something failed; ``kind`` as in `docs/language.md`, section 4 (``$error``).

    ``place`` is where in the text of a workflow that is, as ``path:line:column``, and ``hint`` what to do.
    """

    message: str
    kind: str = ""
    command: str = ""
    step: str = ""
    status: int | None = None
    place: str = ""
    hint: str = ""

    @property
    def words(self) -> str:
        """All of it that people are to read, in one line."""
        return ": ".join(filter(None, (self.place, self.message, self.hint)))


class Out(msgspec.Struct, frozen=True):
    """A file or folder that a step wrote; ``size`` in bytes."""

    path: str
    hash: str
    size: int


class _Begun(Body, frozen=True, omit_defaults=False):
    """What is known of a run before it ends.

    ``of`` is the run that it retries, ``owner`` who plays it; ``dirty``: the working tree was played,
    not the commit. ``occasion``: what a tag or a time started it for. ``effects_done``: who says that
    the effects of ``of`` that were lost succeeded. ``elsewhere``: what the repository is called on other
    machines, where jobs may be there.
    """

    is_urgent: ClassVar[bool] = True

    workflow: str
    commit: str
    tree: str
    branch: str | None
    key: str
    trigger: str
    attempt: int = 1
    of: str | None = None
    owner: str | None = None
    dirty: bool | UnsetType = UNSET
    occasion: str | UnsetType = UNSET
    effects_done: str | UnsetType = UNSET
    elsewhere: str | UnsetType = UNSET


class RunQueued(_Begun, frozen=True):
    """A run was asked for and waits; ``reason`` says for what."""

    type: ClassVar[str] = "run.queued"

    reason: str = ""


class RunApproved(Body, frozen=True):
    """Somebody approved a run that waited for it: ``by`` whom, when they ``asked``, and ``why``."""

    type: ClassVar[str] = "run.approved"
    is_urgent: ClassVar[bool] = True

    by: str
    asked: str
    why: str | None = None


class RunStarted(_Begun, frozen=True):
    """A run began."""

    type: ClassVar[str] = "run.started"


class RunAdopted(Body, frozen=True, omit_defaults=False):
    """Another clone plays a run on, whose owner is gone: ``owner``, in the place of ``previous``."""

    type: ClassVar[str] = "run.adopted"
    is_urgent: ClassVar[bool] = True

    owner: str
    previous: str | None


class RunNone(Body, frozen=True):
    """A commit asks for nothing; ``reason`` is a sentence."""

    type: ClassVar[str] = "run.none"

    commit: str
    tree: str
    branch: str | None
    reason: str


class RunRefused(Body, frozen=True):
    """A run was asked for and will not be: a person must act."""

    type: ClassVar[str] = "run.refused"

    workflow: str
    commit: str
    branch: str | None
    reason: str
    diagnostics: tuple[Raw, ...] = ()


class CommitChecked(Body, frozen=True, omit_defaults=False):
    """The gate looked at a commit: ``status`` is ``passed`` or ``failed``, ``output`` the end of what it printed."""

    type: ClassVar[str] = "commit.checked"

    commit: str
    branch: str | None
    gate: str
    status: str
    seconds: float
    output: str = ""


class RunCancelling(Body, frozen=True):
    """All of a run is to be stopped, because of ``error``. A replay of the run stops it too."""

    type: ClassVar[str] = "run.cancelling"
    is_urgent: ClassVar[bool] = True

    error: Error


class RunFinished(Body, frozen=True, omit_defaults=False):
    """A run ended for good.

    ``status`` is ``succeeded``, ``failed``, ``cancelled`` or ``lost``; ``seconds`` is wall time;
    ``executed`` and ``restored`` count commands; ``ref`` is the run's ref; ``restorable`` is
    ``remote``, ``here`` or ``no``.
    """

    type: ClassVar[str] = "run.finished"
    is_terminal: ClassVar[bool] = True
    is_urgent: ClassVar[bool] = True

    status: str
    workflow: str
    commit: str
    branch: str | None
    key: str
    seconds: float
    executed: int = 0
    restored: int = 0
    metrics: dict[str, Raw] = {}
    error: Error | None = None
    ref: str | None = None
    restorable: str = "no"


class RunLate(Body, frozen=True, omit_defaults=False):
    """An end of a run that came after another end was on record: it does not count."""

    type: ClassVar[str] = "run.late"

    status: str
    seconds: float
    error: Error | None = None


class EnvironmentChanging(Body, frozen=True, omit_defaults=False):
    """An effect on the environment ``env`` is about to begin; ``previous`` is the run that it stands at."""

    type: ClassVar[str] = "env.changing"
    is_urgent: ClassVar[bool] = True

    env: str
    previous: str | None
    commit: str


class EnvironmentChanged(Body, frozen=True, omit_defaults=False):
    """An effect on the environment ``env`` succeeded."""

    type: ClassVar[str] = "env.changed"
    is_urgent: ClassVar[bool] = True

    env: str
    previous: str | None
    commit: str


class StepStarted(Body, frozen=True):
    """A step was begun. ``step`` is its id, the same on every replay."""

    type: ClassVar[str] = "step.started"

    step: str
    command: str
    args: tuple[str, ...] = ()
    attempt: int = 1
    target: str = "local"


class StepFinished(Body, frozen=True, omit_defaults=False):
    """A step ended.

    ``status`` is ``succeeded``, ``failed``, ``cancelled``, ``timeout`` or ``lost``; ``cached`` says
    that it was restored; ``result`` is JSON up to 4 KiB, else its hash.
    """

    type: ClassVar[str] = "step.finished"

    step: str
    command: str
    args: tuple[str, ...] = ()
    attempt: int = 1
    status: str = "succeeded"
    exit: int | None = 0
    seconds: float = 0.0
    cached: bool = False
    result: Raw = _NULL
    outs: tuple[Out, ...] = ()
    error: Error | None = None


class StepStopped(Body, frozen=True):
    """A part of a flow was stopped alone, by a `timeout:`, a `barrier` or another branch's failure.

    ``step`` is the place of that part. A replay of the run stops it too.
    """

    type: ClassVar[str] = "step.stopped"
    is_urgent: ClassVar[bool] = True

    step: str
    error: Error


class VariableSet(Body, frozen=True):
    """A variable of the run got a value."""

    type: ClassVar[str] = "variable.set"

    step: str
    name: str
    value: Raw


class ValueRead(Body, frozen=True):
    """An expression asked for what is not in the workflow. A replay of the run gets the same answer.

    ``function`` is ``read``, ``exists`` or ``env``; ``value`` is JSON up to 4 KiB, else its hash;
    ``error`` says why there was none (``status`` is the system's number of it).
    """

    type: ClassVar[str] = "value.read"

    step: str
    function: str
    argument: str
    value: Raw = _NULL
    error: Error | None = None


class TimerStarted(Body, frozen=True):
    """A deadline or a pause of ``seconds`` began. A replay of the run waits for what is left of it."""

    type: ClassVar[str] = "timer.started"

    step: str
    seconds: float


class FileAppending(Body, frozen=True):
    """A redirect is about to add to the file ``path``, which has ``size`` bytes."""

    type: ClassVar[str] = "file.appending"
    is_urgent: ClassVar[bool] = True

    step: str
    path: str
    size: int


class FileKept(Body, frozen=True):
    """A redirect wrote the file ``path``: it is not written again. ``hash`` is its SHA-256."""

    type: ClassVar[str] = "file.kept"

    step: str
    path: str
    hash: str


class JobPlaced(Body, frozen=True):
    """A job is about to be begun on another machine.

    ``job`` is its folder below the run's, ``target`` what the workflow calls the machine, ``host`` its
    address, ``folder`` where the repository's jobs are there, and ``name`` what it is called in it.
    """

    type: ClassVar[str] = "job.placed"

    job: str
    target: str
    host: str
    folder: str
    name: str


class PodAsked(Body, frozen=True):
    """A pod is about to be asked for, under a ``name`` that is asked for once; ``job`` is what for.

    ``price_per_hour`` in USD, of its ``count`` GPUs together; ``reason`` says what was passed over. ``disk``
    in GB; ``key`` is the fingerprint of the SSH key that it is to let in.
    """

    type: ClassVar[str] = "pod.asked"
    is_urgent: ClassVar[bool] = True

    name: str
    gpu: str
    price_per_hour: float
    count: int = 1
    cloud: str = ""
    job: str = ""
    reason: str = ""
    disk: int = 0
    key: str = ""


class PodCreated(Body, frozen=True):
    """A pod was made, and costs ``price_per_hour`` USD from now on."""

    type: ClassVar[str] = "pod.created"
    is_urgent: ClassVar[bool] = True

    pod: str
    gpu: str
    price_per_hour: float
    name: str = ""
    count: int = 1
    cloud: str = ""
    data_center: str | None = None


class PodReady(Body, frozen=True):
    """A pod answers."""

    type: ClassVar[str] = "pod.ready"

    pod: str
    name: str = ""


class PodGone(Body, frozen=True):
    """A pod is no more, and costs nothing: it cost ``spent`` USD in ``seconds``.

    ``billed`` is what RunPod says that it cost, where it said anything. One without ``pod`` was not made.
    """

    type: ClassVar[str] = "pod.gone"
    is_urgent: ClassVar[bool] = True

    pod: str
    reason: str
    name: str = ""
    seconds: float = 0.0
    spent: float = 0.0
    billed: float | None = None


class Unknown(Body, frozen=True):
    """An event of a type that this version does not know; all it says is in the event's ``extra``."""

    name: str


BODIES: dict[str, type[Body]] = {
    body.type: body
    for body in (
        RunQueued,
        RunApproved,
        RunStarted,
        RunAdopted,
        RunNone,
        RunRefused,
        CommitChecked,
        RunCancelling,
        RunFinished,
        RunLate,
        EnvironmentChanging,
        EnvironmentChanged,
        StepStarted,
        StepFinished,
        StepStopped,
        VariableSet,
        ValueRead,
        TimerStarted,
        FileAppending,
        FileKept,
        JobPlaced,
        PodAsked,
        PodCreated,
        PodReady,
        PodGone,
    )
}
"""The class of each type."""


class _Head(msgspec.Struct, frozen=True):
    at: str
    id: str
    v: int
    epoch: int
    type: str
    run: str | UnsetType = UNSET


_HEAD = msgspec.json.Decoder(_Head)
_KEYS = msgspec.json.Decoder(dict[str, Raw])
_HEAD_KEYS = frozenset(_Head.__struct_fields__)
_DECODERS = {type_: msgspec.json.Decoder(body) for type_, body in BODIES.items()}
_KNOWN = {type_: _HEAD_KEYS.union(body.__struct_fields__) for type_, body in BODIES.items()}


class Event(msgspec.Struct, frozen=True, dict=True):
    """Something that happened.

    ``at`` is the time (`clock.spell`), ``id`` a ULID, ``epoch`` that of the lease it was written
    under, ``run`` the run it belongs to (None for a commit that asks for nothing and for a refusal),
    ``extra`` the keys that this version does not know.
    """

    at: str
    id: str
    epoch: int
    run: str | None
    body: Body
    v: int = VERSION
    extra: dict[str, Raw] = {}

    @property
    def type(self) -> str:
        """The type's name: ``run.started``."""
        return self.body.name if isinstance(self.body, Unknown) else self.body.type

    @property
    def is_run_level(self) -> bool:
        """Whether it is about the run or an environment as a whole: those stand in the commit's note."""
        return self.type.startswith(("run.", "env."))

    @property
    def order(self) -> tuple[int, str, str]:
        """What events are ordered by: epoch, time, id."""
        return self.epoch, self.at, self.id

    @cached_property
    def line(self) -> bytes:
        """The JSON of it. A run is written again and again while it goes on."""
        head = _Head(self.at, self.id, self.v, self.epoch, self.type, self.run or UNSET)
        body = b"{}" if isinstance(self.body, Unknown) else msgspec.json.encode(self.body)
        parts = (msgspec.json.encode(head), body, msgspec.json.encode(self.extra))
        inner = b",".join(part[1:-1] for part in parts if part != b"{}")
        return b"{" + inner + b"}"


def encode(event: Event) -> bytes:
    """Return the line of ``event``, without a line end."""
    return event.line


def decode(line: bytes) -> Event:
    """Return the event that ``line`` says.

    Raises ValueError (msgspec's, with the place) where it is none.
    """
    head = _HEAD.decode(line)
    decoder = _DECODERS.get(head.type)
    body = decoder.decode(line) if decoder else Unknown(head.type)
    known = _KNOWN.get(head.type, _HEAD_KEYS)
    extra = {key: raw for key, raw in _KEYS.decode(line).items() if key not in known}
    run = None if head.run is UNSET else head.run
    return Event(head.at, head.id, head.epoch, run, body, head.v, extra)
