"""What a command takes: its parameters, their types, and those of the built-in commands."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from gitwf.diagnostics import Span
from gitwf.duration import parse_duration
from gitwf.language import tree
from gitwf.language.scope import OperationError
from gitwf.language.value import DIGITS, Number, Value, number, to_text

REST = "..."
"""The kind of a last parameter that takes the rest."""

REST_NAME = "args"
"""The variable that holds the rest, a list."""


class Signature(msgspec.Struct, frozen=True):
    """A command's name and parameters. ``rest``: further arguments go into ``$args``.

    ``colons``: an argument may name its parameter as options of directives do, ``phase:1``.
    """

    name: str
    parameters: tuple[tree.Parameter, ...]
    rest: bool = False
    colons: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it takes any words, each as it stands: it has no names of its own."""
        return self.rest and not self.parameters

    @property
    def text(self) -> str:
        """How the command is called, for a hint: ``/train sigma [epochs] [...]``."""
        required = [p.name if p.default is None else f"[{p.name}]" for p in self.parameters]
        return " ".join([f"/{self.name}", *required, *(["[...]"] if self.rest else [])])


def signature(definition: tree.Definition) -> Signature:
    """Return the signature that ``definition`` declares."""
    named = tuple(p for p in definition.parameters if p.kind != REST)
    return Signature(definition.name, named, len(named) < len(definition.parameters))


def converted(value: Value, kind: str | None) -> Value:
    """Return ``value`` as a parameter of type ``kind`` takes it; None takes anything.

    A whole number is an int however it is written (`1e3` becomes `1000`); str and path take the
    text of a number or a bool too. The kinds ``duration`` and ``object`` are of built-in commands
    alone; null is no object, and passes as one.

    Raises:
        OperationError: if it is not of that type; the message ends a sentence that names both.
    """
    match kind, value:
        case (None, _) | ("float", Number()) | ("bool", bool()) | ("str", str()):
            return value
        case "int", Number() if _is_whole(value.decimal):
            return _whole(value)
        case "str" | "path", bool() | Number():
            return to_text(value)
        case "path", str() if value and "\0" not in value:
            return value
        case "object", dict() | None:
            return value
        case "duration", str() | Number() if parse_duration(to_text(value)) is not None:
            return value
        case _:
            raise OperationError(f"is {_EXPECTED.get(kind or '', f'of type `{kind}`')}")


_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "`true` or `false`",
    "str": "a string",
    "path": "a path",
    "object": "an object",
    "duration": "a duration such as `300`, `250ms` or `1h30m`",
}


def _is_whole(decimal: Decimal) -> bool:
    return decimal.adjusted() < DIGITS.prec and decimal == decimal.to_integral_value()


def _whole(value: Number) -> Number:
    if value.spelling.removeprefix("-").isdecimal():
        return value
    return number(int(value.decimal))


_NOWHERE = Span(0, 0)


def _parameter(name: str, kind: str | None = None, default: str | None = None) -> tree.Parameter:
    word = None
    if default is not None:
        word = tree.Word(_NOWHERE, (tree.Literal(_NOWHERE, default),))
    return tree.Parameter(_NOWHERE, name, kind, word)


_PHASE = _parameter("phase", None, "null")
_METRIC = _parameter("metric", "str", "")
_DIRECTION = _parameter("direction", "str", "max")
_EXPERIMENT = _parameter("experiment", "str", "")

_BUILTINS = (
    Signature("echo", (), rest=True),
    Signature("notify", (), rest=True),
    Signature("sleep", (_parameter("duration", "duration"),)),
    Signature("dvc:repro", (), rest=True),
    Signature("pod:status", ()),
    Signature("fail", (_parameter("message", "str", ""), _parameter("status", "int", "1"))),
    Signature(
        "results:log",
        (
            _parameter("metrics", "object"),
            _EXPERIMENT,
            _PHASE,
            _parameter("config", "object", "null"),
        ),
        colons=True,
    ),
    Signature("results:best", (_PHASE, _METRIC, _DIRECTION, _EXPERIMENT), colons=True),
    Signature(
        "results:table",
        (_PHASE, _METRIC, _DIRECTION, _EXPERIMENT, _parameter("n", "int", "20")),
        colons=True,
    ),
    Signature(
        "mlflow:log",
        (
            _parameter("metrics", "object", "null"),
            _parameter("params", "object", "null"),
            _parameter("tags", "object", "null"),
            _parameter("step", "int", "0"),
        ),
        colons=True,
    ),
)

PODS = frozenset({"pod:up", "pod:down"})
"""The built-in commands that take words about pods: ``[target.NAME]`` and options; which to end."""

HOSTS = frozenset({"ssh", "scp:put", "scp:get"})
"""The built-in commands whose first word is a machine, ``[target.NAME]``. Their words stand as they are."""

DVC = frozenset({"dvc:push", "dvc:pull"})
"""The built-in commands that are DVC itself: they take its words."""

BUILTINS: Mapping[str, Signature] = {
    **{builtin.name: builtin for builtin in _BUILTINS},
    **{name: Signature(name, (), rest=True) for name in DVC | HOSTS | PODS},
}
"""The signatures of the built-in commands, by name."""
