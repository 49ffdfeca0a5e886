"""How a unit of a flow ended, as a value."""

from __future__ import annotations

import shutil
from enum import StrEnum
from pathlib import Path
from typing import IO

import msgspec

from gitwf.language.value import Value, number


class Kind(StrEnum):
    """Why a unit failed: the ``kind`` of ``$error``."""

    EXIT = "exit"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    LOST = "lost"
    MISSING = "missing"
    PATH = "path"
    CONDITION = "condition"
    TYPE = "type"
    START = "start"


class Failure(msgspec.Struct, frozen=True):
    """What failed, where and why: the content of ``$error``, and of ``error`` in a record.

    ``place`` is where in the text of a workflow it stands, as ``path:line:column``, and ``hint`` what to do.
    """

    kind: Kind
    message: str
    command: str = ""
    step: str = ""
    status: int = 1
    place: str = ""
    hint: str = ""

    def value(self) -> Value:
        """Return the failure as the workflow sees it in ``$error``."""
        return {
            "command": self.command,
            "kind": str(self.kind),
            "status": number(self.status),
            "message": self.message,
            "step": self.step,
        }


Output = tuple[bytes | Path, ...]
"""Standard output in pieces: bytes, or the file of a job that holds them."""


def write_pieces(output: Output, file: IO[bytes]) -> None:
    """Write all of ``output`` into ``file``, with never much of it in memory."""
    for piece in output:
        if isinstance(piece, Path):
            with piece.open("rb") as source:
                shutil.copyfileobj(source, file)
        else:
            file.write(piece)


class Outcome(msgspec.Struct, frozen=True):
    """A unit's exit status, result and output; ``failure`` is None if it succeeded."""

    status: int = 0
    result: Value = None
    failure: Failure | None = None
    output: Output = ()

    @property
    def succeeded(self) -> bool:
        """Whether the unit succeeded."""
        return self.failure is None

    def after(self, before: Outcome) -> Outcome:
        """Return this outcome as that of a flow in which ``before`` went before it."""
        if not before.output:
            return self
        return msgspec.structs.replace(self, output=before.output + self.output)


DONE = Outcome()


def failed(failure: Failure, output: Output = ()) -> Outcome:
    """Return the outcome of a unit that failed so."""
    return Outcome(failure.status, None, failure, output)


class StoppedError(Exception):
    """Nothing more of this part of the flow is to be started: it was cancelled or ran out of time."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
