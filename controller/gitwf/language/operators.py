"""The operators of expressions, on values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from typing import TypeVar

from gitwf.language.regex import RegexError, fullmatch
from gitwf.language.scope import OperationError
from gitwf.language.value import DIGITS, Number, Value, check_size, number, type_name

_Ordered = TypeVar("_Ordered", str, Decimal)


def binary(operator: str, left: Value, right: Value) -> Value:
    """Return ``left operator right``, for all operators that need both their operands.

    Raises:
        OperationError: if the operands are not of the types that the operator takes, or the
            result is too large.
    """
    if operator in _ARITHMETIC:
        return _calculate(operator, left, right)
    if operator in _ORDERINGS:
        return _order(operator, left, right)
    return _OTHERS[operator](left, right)


def negative(value: Value) -> Value:
    """Return ``-value``, in the spelling of ``value``.

    Raises:
        OperationError: if it is not a number.
    """
    if not isinstance(value, Number):
        raise OperationError(f"`-` takes a number, not {described(value)}")
    if not value.decimal:
        return value
    flipped = value.spelling.removeprefix("-")
    spelling = flipped if value.decimal.is_signed() else f"-{flipped}"
    return Number(value.decimal.copy_negate(), spelling)


def truth(operator: str, value: Value) -> bool:
    """Return ``value``, which must be true or false.

    Raises:
        OperationError: if it is something else.
    """
    if isinstance(value, bool):
        return value
    raise OperationError(
        f"{operator} needs true or false, not {described(value)}", "compare it with something"
    )


def described(value: Value) -> str:
    """Return the type of ``value`` as a sentence has it: ``a number``, ``an object``, ``null``."""
    name = type_name(value)
    if value is None:
        return name
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def calculate(operation: Callable[[], Decimal]) -> Number:
    """Return the number that ``operation`` gives.

    Raises:
        OperationError: if there is none, or 40 digits cannot hold it.
    """
    try:
        return number(operation())
    except (DecimalException, ValueError):
        raise OperationError("the result is out of the range of numbers") from None


def _calculate(operator: str, left: Value, right: Value) -> Value:
    if operator == "+" and not isinstance(left, Number):
        return _join(left, right)
    if not isinstance(left, Number) or not isinstance(right, Number):
        raise _mismatch(operator, left, right)
    if operator in {"/", "%"} and not right.decimal:
        raise OperationError("division by zero")
    a, b = left.decimal, right.decimal
    return calculate(lambda: _ARITHMETIC[operator](a, b))


def _join(left: Value, right: Value) -> Value:
    joined: Value
    match left, right:
        case str(), str():
            joined = left + right
        case list(), list():
            joined = left + right
        case _:
            raise _mismatch("+", left, right)
    try:
        check_size(joined)
    except ValueError as error:
        raise OperationError(str(error)) from None
    return joined


def _order(operator: str, left: Value, right: Value) -> bool:
    if isinstance(left, Number) and isinstance(right, Number):
        return _ORDERINGS[operator](_sign(left.decimal, right.decimal))
    if isinstance(left, str) and isinstance(right, str):
        return _ORDERINGS[operator](_sign(left, right))
    raise OperationError(f"`{operator}` cannot compare {described(left)} with {described(right)}")


def _sign(a: _Ordered, b: _Ordered) -> int:
    return (a > b) - (a < b)


def _contains(left: Value, right: Value) -> bool:
    match right:
        case list():
            return left in right
        case dict() | str() if isinstance(left, str):
            return left in right
        case _:
            raise OperationError(f"`in` cannot look for {described(left)} in {described(right)}")


def _matches(left: Value, right: Value) -> bool:
    if not isinstance(left, str) or not isinstance(right, str):
        raise OperationError(
            f"`matches` takes a string and a pattern, not {described(left)} and {described(right)}"
        )
    try:
        return fullmatch(right, left)
    except RegexError as error:
        raise OperationError(f"bad regular expression: {error}") from None


def _mismatch(operator: str, left: Value, right: Value) -> OperationError:
    hint = None
    if operator == "+" and str in {type(left), type(right)}:
        hint = "`str()` makes a string of a value, and so do double quotes"
    return OperationError(
        f"`{operator}` cannot take {described(left)} and {described(right)}", hint
    )


def _modulo(a: Decimal, b: Decimal) -> Decimal:
    """Return the remainder with the sign of the divisor; that of `Decimal` has the dividend's."""
    rest = DIGITS.remainder(a, b)
    return DIGITS.add(rest, b) if rest and rest.is_signed() != b.is_signed() else rest


_ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": DIGITS.add,
    "-": DIGITS.subtract,
    "*": DIGITS.multiply,
    "/": DIGITS.divide,
    "%": _modulo,
}
_ORDERINGS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}
_OTHERS: Mapping[str, Callable[[Value, Value], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "in": _contains,
    "not in": lambda left, right: not _contains(left, right),
    "matches": _matches,
}
