"""What a tracker is told of a run: notes, in the order in which they go to it.

The run and each of its trials is a tracker's run of its own. Notes call it by its ``key``: the step of
the trial, or nothing for the run itself. Times are milliseconds since 1970, as MLflow has them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

RUN = ""
"""The key of the run itself."""


class Create(msgspec.Struct, frozen=True, tag="create"):
    """A tracker's run begins."""

    key: str
    name: str
    at: int
    tags: Mapping[str, str] = {}


class Series(msgspec.Struct, frozen=True):
    """A metric over steps: a file of the outbox, in the form of DVCLive."""

    metric: str
    file: str


class Log(msgspec.Struct, frozen=True, tag="log"):
    """What is known of a tracker's run since ``step``: what it was made with, and measured.

    ``index`` is the step of the metrics, as MLflow counts them.
    """

    key: str
    step: str
    at: int
    params: Mapping[str, str] = {}
    metrics: Mapping[str, float] = {}
    tags: Mapping[str, str] = {}
    series: tuple[Series, ...] = ()
    index: int = 0


class End(msgspec.Struct, frozen=True, tag="end"):
    """A tracker's run has ended: ``FINISHED``, ``FAILED`` or ``KILLED``, as MLflow calls it."""

    key: str
    status: str
    at: int
    tags: Mapping[str, str] = {}


Note = Create | Log | End

_DECODER: msgspec.json.Decoder[Note] = msgspec.json.Decoder(Create | Log | End)
_ODD = re.compile(r"[^\w\-. :/]", re.ASCII)
_NAME, _PARAM, _TAG = 250, 6000, 5000
"""The lengths that MLflow allows, in characters (`mlflow/utils/validation.py`)."""


def encode(note: Note) -> bytes:
    """Return the line of ``note``, with its line end."""
    return msgspec.json.encode(note) + b"\n"


def decode(line: bytes) -> Note:
    """Return the note that ``line`` says. Raises ValueError where it is none."""
    return _DECODER.decode(line)


def name(text: str) -> str:
    """Return ``text`` as MLflow lets a param, metric or tag be called."""
    return _ODD.sub("_", text)[:_NAME].strip("/ ") or "_"


def param(text: str) -> str:
    """Return ``text`` as the value of a param."""
    return text[:_PARAM]


def tag(text: str) -> str:
    """Return ``text`` as the value of a tag."""
    return text[:_TAG]
