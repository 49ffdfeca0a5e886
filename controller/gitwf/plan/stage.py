"""A DVC stage as a value: what a definition with outs compiles to, and what `dvc.yaml` holds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class OutKind(StrEnum):
    """What an out is to DVC: the word of `dvc.yaml` without its plural."""

    OUT = "out"
    METRIC = "metric"
    PLOT = "plot"


class Out(msgspec.Struct, frozen=True):
    """A path that a stage writes. ``path`` is relative to the stage's ``wdir``."""

    path: str
    kind: OutKind = OutKind.OUT
    cache: bool = True
    persist: bool = False


class Stage(msgspec.Struct, frozen=True):
    """A stage of `dvc.yaml`, resolved.

    ``wdir`` is relative to the DVC root, with forward slashes; all other paths are relative to
    ``wdir``. ``params`` maps a file to the keys read from it, or to None for the whole file.
    ``cmd`` is text for the shell as DVC runs it, or several such texts. A ``frozen`` stage is never
    executed: its outs are what they are. One that is ``always_changed`` always is.
    """

    name: str
    cmd: str | tuple[str, ...]
    wdir: str = "."
    deps: tuple[str, ...] = ()
    params: Mapping[str, tuple[str, ...] | None] = {}
    outs: tuple[Out, ...] = ()
    desc: str | None = None
    frozen: bool = False
    always_changed: bool = False
