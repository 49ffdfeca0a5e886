"""What a command takes from the command line, as its function's annotations tell it."""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import get_args, get_origin, get_type_hints

import msgspec

Command = Callable[..., int]
"""The function of a command: its arguments are what was given, its result the exit status."""


class Option(msgspec.Struct, frozen=True):
    """An option: its spellings, and what the help says. ``least`` is the smallest number allowed."""

    spelled: str
    help: str
    metavar: str | None = None
    least: int | None = None

    @property
    def names(self) -> list[str]:
        """Its spellings, one by one."""
        return self.spelled.split()


class Argument(msgspec.Struct, frozen=True):
    """A word told by its place: what the help calls it, and says of it."""

    help: str | None = None
    metavar: str | None = None


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a command, its type written as ``annotation``.

    ``convert`` makes a value of a word; there may be ``many``. Where ``default`` is ``...``, as typer
    has it, it is required.
    """

    name: str
    how: Option | Argument
    annotation: object
    convert: Callable[[str], object]
    many: bool
    default: object

    @property
    def is_required(self) -> bool:
        """Whether the command cannot do without it."""
        return self.default is ...

    @property
    def is_flag(self) -> bool:
        """Whether it is an option that takes no value."""
        return self.convert is bool


def parameters(command: Command) -> tuple[Parameter, ...]:
    """Return what ``command`` takes, in its order."""
    hints = get_type_hints(command, include_extras=True)
    hints.pop("return")
    given = getattr(command, "__defaults__", None) or ()
    defaults = [...] * (len(hints) - len(given)) + list(given)
    return tuple(
        _parameter(*of, default) for of, default in zip(hints.items(), defaults, strict=True)
    )


def _parameter(name: str, hint: object, default: object) -> Parameter:
    annotation, how = get_args(hint)
    present = [kind for kind in get_args(annotation) if kind is not NoneType]
    kind = present[0] if present else annotation
    many = get_origin(kind) is list
    convert = get_args(kind)[0] if many else kind
    return Parameter(name, how, annotation, convert, many, default)
