"""What a `droid:` step asks for, and what became of it: values that whoever plays it hands on.

The engine knows steps, jobs and replays, and nothing of agents; what plays agents knows these, and
nothing of steps. These are the words between them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gitwf.language.value import Value


class Errand(msgspec.Struct, frozen=True):
    """A `droid:` step with all values put in.

    ``name`` is that of its branch, unique in the run; ``place`` is where its worktree is to be, and
    ``folder`` where is kept what outlives that. ``commit`` and ``branch`` are what the run is of,
    and ``remote`` is the one whose branch that is; None: it is the clone's own.
    ``command`` is the name without the slash. ``timeout`` in seconds, ``budget`` in USD
    as it was written; None: not said. ``merge`` is ``none``, ``ff`` or ``squash``.
    """

    run: str
    name: str
    place: str
    folder: str
    agent: str
    command: str
    words: tuple[str, ...]
    commit: str
    branch: str | None
    remote: str | None = None
    merge: str = "none"
    timeout: float | None = None
    turns: str | None = None
    budget: str | None = None
    allow: tuple[str, ...] = ()


class Launch(msgspec.Struct, frozen=True):
    """The process of an agent: ``environment`` is all that it gets, ``hidden`` what no log may hold.

    ``uses`` are the resources that it takes while it is at work.
    """

    argv: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]
    hidden: tuple[str, ...]
    timeout: float
    uses: Mapping[str, float]


class Fault(msgspec.Struct, frozen=True):
    """Why an errand failed; ``kind`` as in ``$error``."""

    kind: str
    message: str


class Deed(msgspec.Struct, frozen=True):
    """What an agent did: the step's ``result``, what its record keeps, and why it failed, or None.

    ``remark``: why the agent itself says that it failed.
    """

    result: Value
    record: Mapping[str, Value]
    fault: Fault | None
    remark: str | None = None


class ErrandError(Exception):
    """An errand that cannot be begun, or ended, with the ``fault`` for people."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(kind, message)
