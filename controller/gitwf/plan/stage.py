"""A DVC stage as a value: what a definition with outs compiles to, and what `dvc.yaml` holds."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from enum import StrEnum

import msgspec

FILE = "dvc.yaml"
"""What the file is called that holds a folder's stages."""


class OutKind(StrEnum):
    """What an out is to DVC: the word of `dvc.yaml` without its plural."""

    OUT = "out"
    METRIC = "metric"
    PLOT = "plot"


class Out(msgspec.Struct, frozen=True, omit_defaults=True):
    """A path that a stage writes. ``path`` is relative to the stage's ``wdir``.

    Without ``push`` it goes to no remote.
    """

    path: str
    kind: OutKind = OutKind.OUT
    cache: bool = True
    persist: bool = False
    push: bool = True


class Stage(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stage of `dvc.yaml`, resolved.

    ``root`` is where its DVC project is in the repository, ``folder`` where its `dvc.yaml` is in that
    project, and ``wdir`` where it works there. All other paths are relative to ``wdir``; slashes are
    forward. ``params`` maps a file to the keys read from it, or to None for the whole file.
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
    root: str = "."
    folder: str = "."

    @property
    def place(self) -> str:
        """Where it works, relative to the repository."""
        return posixpath.normpath(posixpath.join(self.root, self.wdir))

    @property
    def command(self) -> str:
        """What a command calls it: ``folder:name``, or its name where its `dvc.yaml` is on top."""
        folder = self.beside(".")
        return self.name if folder == "." else f"{folder}:{self.name}"

    def beside(self, name: str) -> str:
        """Return where the file ``name`` beside its `dvc.yaml` is in the repository."""
        return posixpath.normpath(posixpath.join(self.root, self.folder, name))
