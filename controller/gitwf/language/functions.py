"""The functions of expressions: one table, read by the evaluator and by the checker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import msgspec

from gitwf.diagnostics import nearest
from gitwf.language.document import read_document
from gitwf.language.operators import calculate, described
from gitwf.language.scope import OperationError, Scope, SecretError
from gitwf.language.value import (
    DIGITS,
    MAX_SIZE,
    Number,
    Value,
    number,
    parse_number,
    to_text,
)


class Function(msgspec.Struct, frozen=True):
    """A function: how it is written, how many arguments it takes, and what it does.

    ``most`` None: any number. ``call`` raises `OperationError`.
    """

    name: str
    signature: str
    least: int
    most: int | None
    call: Callable[[tuple[Value, ...], Scope], Value]

    def takes(self, count: int) -> bool:
        """Return whether it can be called with ``count`` arguments."""
        return self.least <= count and (self.most is None or count <= self.most)


def _len(arguments: tuple[Value, ...], _: Scope) -> Value:
    match arguments[0]:
        case str() | list() | dict() as value:
            return number(len(value))
        case value:
            raise _wrong("len", "a string, a list or an object", value)


def _min(arguments: tuple[Value, ...], _: Scope) -> Value:
    return min(_some_numbers("min", arguments), key=_decimal)


def _max(arguments: tuple[Value, ...], _: Scope) -> Value:
    return max(_some_numbers("max", arguments), key=_decimal)


def _sum(arguments: tuple[Value, ...], _: Scope) -> Value:
    numbers = _numbers("sum", arguments)
    return calculate(lambda: _total(n.decimal for n in numbers))


def _total(decimals: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for decimal in decimals:
        total = DIGITS.add(total, decimal)
    return total


def _abs(arguments: tuple[Value, ...], _: Scope) -> Value:
    value = _number("abs", arguments[0])
    return Number(value.decimal.copy_abs(), value.spelling.removeprefix("-"))


def _round(arguments: tuple[Value, ...], _: Scope) -> Value:
    """Round half to even, as Python and IEEE 754 do; digits may be negative."""
    value = _number("round", arguments[0]).decimal
    digits = _whole("round", arguments[1]) if len(arguments) > 1 else 0
    if value.adjusted() + digits >= DIGITS.prec or digits > DIGITS.prec:
        return arguments[0]
    return calculate(lambda: value.quantize(Decimal((0, (1,), -digits)), ROUND_HALF_EVEN, DIGITS))


def _int(arguments: tuple[Value, ...], _: Scope) -> Value:
    value = _numeric("int", arguments[0])
    if isinstance(arguments[0], str) and value.decimal != value.decimal.to_integral_value():
        raise OperationError(f"`{arguments[0]}` is no whole number", "`int(float(x))` cuts it off")
    return calculate(lambda: value.decimal.to_integral_value(ROUND_DOWN))


def _float(arguments: tuple[Value, ...], _: Scope) -> Value:
    return _numeric("float", arguments[0])


def _str(arguments: tuple[Value, ...], _: Scope) -> Value:
    return to_text(arguments[0])


def _lower(arguments: tuple[Value, ...], _: Scope) -> Value:
    return _string("lower", arguments[0]).lower()


def _upper(arguments: tuple[Value, ...], _: Scope) -> Value:
    return _string("upper", arguments[0]).upper()


def _keys(arguments: tuple[Value, ...], _: Scope) -> Value:
    return list(_object("keys", arguments[0]).keys())


def _values(arguments: tuple[Value, ...], _: Scope) -> Value:
    return list(_object("values", arguments[0]).values())


def _exists(arguments: tuple[Value, ...], scope: Scope) -> Value:
    path = _string("exists", arguments[0])
    try:
        return scope.exists(path)
    except OSError as error:
        raise OperationError(_why(path, error)) from None


def _read(arguments: tuple[Value, ...], scope: Scope) -> Value:
    path = _string("read", arguments[0])
    try:
        content = scope.read(path)
    except OSError as error:
        raise OperationError(_why(path, error)) from None
    return read_document(path, content)


def _env(arguments: tuple[Value, ...], scope: Scope) -> Value:
    name = _string("env", arguments[0])
    try:
        found = scope.environment(name)
    except SecretError:
        raise OperationError(
            f"`{name}` is a secret", "name it in the `secrets` of a command, for its shell alone"
        ) from None
    if found is not None:
        return found
    if len(arguments) > 1:
        return arguments[1]
    raise OperationError(
        f"environment variable `{name}` is not set", f'`env("{name}", "…")` takes a default'
    )


def _best(arguments: tuple[Value, ...], _: Scope) -> Value:
    items, key = arguments[0], _string("best", arguments[1])
    order = arguments[2] if len(arguments) > 2 else "max"  # noqa: PLR2004
    if not isinstance(items, list):
        raise _wrong("best", "a list", items)
    if order not in ("min", "max"):
        raise OperationError('the third argument of `best` is `"min"` or `"max"`')
    scored = [(_reach(item, key), item) for item in items]
    found = [(_number("best", score), item) for score, item in scored if score is not None]
    if not found:
        raise OperationError(f"no item has a field `{key}`", _fields_hint(items, key))
    # Both keep the first of equals.
    chosen = (min if order == "min" else max)(found, key=lambda pair: pair[0].decimal)
    return chosen[1]


def _reach(item: Value, key: str) -> Value:
    """Return the field that a dotted key leads to, or null. A key that has dots itself wins."""
    if isinstance(item, dict) and key in item:
        return item[key]
    first, dot, rest = key.partition(".")
    if dot and isinstance(item, dict):
        return _reach(item.get(first), rest)
    return None


def _fields_hint(items: list[Value], key: str) -> str | None:
    fields = {name for item in items if isinstance(item, dict) for name in item}
    near = nearest(key, sorted(fields))
    return f"did you mean `{near}`?" if near else None


def _numbers(name: str, arguments: tuple[Value, ...]) -> list[Number]:
    values = arguments
    if len(arguments) == 1 and isinstance(arguments[0], list):
        values = tuple(arguments[0])
    return [_number(name, value) for value in values]


def _some_numbers(name: str, arguments: tuple[Value, ...]) -> list[Number]:
    numbers = _numbers(name, arguments)
    if not numbers:
        raise OperationError(f"`{name}` of an empty list")
    return numbers


def _decimal(value: Number) -> Decimal:
    return value.decimal


def _numeric(name: str, value: Value) -> Number:
    if isinstance(value, str):
        found = parse_number(value.strip())
        if found is None:
            raise OperationError(f"`{name}`: `{value}` is not a number")
        return found
    return _number(name, value)


def _whole(name: str, value: Value) -> int:
    decimal = _number(name, value).decimal
    if abs(decimal) > MAX_SIZE or decimal != decimal.to_integral_value():
        raise OperationError(f"`{name}` takes a whole number of digits")
    return int(decimal)


def _number(name: str, value: Value) -> Number:
    if isinstance(value, Number):
        return value
    raise _wrong(name, "a number", value)


def _string(name: str, value: Value) -> str:
    if isinstance(value, str):
        return value
    raise _wrong(name, "a string", value)


def _object(name: str, value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise _wrong(name, "an object", value)


def _wrong(name: str, wanted: str, value: Value) -> OperationError:
    return OperationError(f"`{name}` takes {wanted}, not {described(value)}")


def _why(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no file `{path}`"
    return f"`{path}`: {error.strerror or error}"


_TABLE = (
    Function("len", "len(x)", 1, 1, _len),
    Function("min", "min(x, …)", 1, None, _min),
    Function("max", "max(x, …)", 1, None, _max),
    Function("sum", "sum(list)", 1, None, _sum),
    Function("abs", "abs(x)", 1, 1, _abs),
    Function("round", "round(x, digits)", 1, 2, _round),
    Function("int", "int(x)", 1, 1, _int),
    Function("float", "float(x)", 1, 1, _float),
    Function("str", "str(x)", 1, 1, _str),
    Function("lower", "lower(s)", 1, 1, _lower),
    Function("upper", "upper(s)", 1, 1, _upper),
    Function("keys", "keys(object)", 1, 1, _keys),
    Function("values", "values(object)", 1, 1, _values),
    Function("exists", "exists(path)", 1, 1, _exists),
    Function("read", "read(path)", 1, 1, _read),
    Function("env", "env(name, default)", 1, 2, _env),
    Function("best", 'best(list, key, "min")', 2, 3, _best),
)

FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _TABLE}
"""All functions of the language, by name (`docs/language.md`, section 4)."""
