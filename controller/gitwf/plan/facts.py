"""What planning may know of a commit: asked for by path, answered by the repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gitwf.plan.stage import Stage


class Facts(Protocol):
    """The files of one commit (or of a working tree), and what DVC says of them.

    Paths are relative to the repository's root, with forward slashes.
    """

    def id(self, path: str) -> str | None:
        """Return git's id of the file or folder at ``path``, or None where there is none."""

    def submodule(self, path: str) -> str | None:
        """Return the path of the submodule that ``path`` is, or lies in; its `id` is the commit that it stands at."""

    def is_file(self, path: str) -> bool:
        """Return whether git tracks a file at ``path``."""

    def read(self, path: str) -> bytes | None:
        """Return the content of the file at ``path``, or None where there is none."""

    def files(self, folder: str) -> Mapping[str, str]:
        """Return all files below ``folder`` (``""``: all), path to git id."""

    def scripts(self) -> Mapping[str, str]:
        """Return the executables of ``commands/``: command name to path."""

    def stages(self, folder: str = ".") -> Mapping[str, Stage | str]:
        """Return the stages of a folder's ``dvc.yaml``; one that cannot be played is its reason."""

    def pipelines(self) -> Sequence[str]:
        """Return the folders that hold a ``dvc.yaml``, that on top (``.``) first."""

    def locked(self, path: str) -> str | None:
        """Return the hash that a ``dvc.lock`` holds for the out at ``path``, or None."""

    def params(self, path: str, keys: tuple[str, ...] | None) -> str | None:
        """Return the values of ``keys`` in a parameter file as JSON text; None: not readable."""
