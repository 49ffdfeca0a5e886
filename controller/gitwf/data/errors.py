"""What can be wrong with data: errors that a person reads, each with a way out where there is one."""

from __future__ import annotations

from collections.abc import Sequence


class DataError(Exception):
    """Something about a stage's data is wrong. ``message`` is one line, ``hint`` what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message} ({self.hint})"


class NoDvcError(DataError):
    """There is no DVC project where one is needed."""


class UnsupportedError(DataError):
    """DVC can do this, and git wf refuses it by name."""


class BrokenFileError(DataError):
    """A file of DVC cannot be read as what it is. ``line`` (1-based) is where, if that is known."""

    def __init__(self, message: str, hint: str | None = None, line: int | None = None) -> None:
        super().__init__(message, hint)
        self.line = line


class ParamError(DataError):
    """A parameter cannot be read."""


class MissingParamError(ParamError):
    """A file of parameters has no such key."""


class PathError(DataError):
    """A path leads where a stage must not read or write."""


class LockedError(DataError):
    """Another process holds a lock of DVC for longer than we wait."""


class MissingDepError(DataError):
    """Deps are not there. ``paths`` are as the stage writes them."""

    def __init__(self, paths: Sequence[str]) -> None:
        verb = "does" if len(paths) == 1 else "do"
        super().__init__(f"{_listed(paths)} {verb} not exist", "a stage needs its deps")
        self.paths = tuple(paths)


class MissingOutError(DataError):
    """A command ended well and left outs unwritten. ``paths`` are as the stage writes them."""

    def __init__(self, stage: str, paths: Sequence[str]) -> None:
        super().__init__(
            f"`{stage}` did not write {_listed(paths)}",
            "an out is written by the command that declares it",
        )
        self.stage = stage
        self.paths = tuple(paths)


class GoneDepError(DataError):
    """Deps that a command began with were gone at its end. ``paths`` are as the stage writes them."""

    def __init__(self, stage: str, paths: Sequence[str]) -> None:
        super().__init__(
            f"{_listed(paths)} vanished while `{stage}` ran",
            "a stage leaves its deps in place, and so must what runs beside it",
        )
        self.paths = tuple(paths)


class MissingObjectError(DataError):
    """An object is not in the cache, or not whole."""


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths)
