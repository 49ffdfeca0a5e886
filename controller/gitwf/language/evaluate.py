"""Expressions to values (`docs/language.md`, section 4). Nothing runs and nothing is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from gitwf.diagnostics import Span, nearest
from gitwf.language import tree
from gitwf.language.functions import FUNCTIONS
from gitwf.language.operators import binary, described, negative, truth
from gitwf.language.scope import EvaluationError, OperationError, Scope, UnsetError
from gitwf.language.value import MAX_SIZE, Number, Value, check_size, to_text


def evaluate(expression: tree.Expression, scope: Scope) -> Value:
    """Return the value of ``expression``.

    Raises:
        EvaluationError: if it has none. Its span is of the file that the expression stands in.
    """
    try:
        return _evaluate(expression, scope)
    except RecursionError:
        raise EvaluationError("the expression is too long", expression.span) from None


def holds(expression: tree.Expression, scope: Scope, where: str = "`if:`") -> bool:
    """Return whether a condition is true; ``where`` says in messages who asks.

    Raises:
        EvaluationError: if it has no value, or one that is neither true nor false.
    """
    value = evaluate(expression, scope)
    try:
        return truth(where, value)
    except OperationError as error:
        raise _placed(error, expression.span) from None


def interpolate(parts: Iterable[tree.Part], scope: Scope) -> str:
    """Return the text of the parts of a word or string, values put in as text.

    Raises:
        EvaluationError: if a value is missing, or the text grows too large.
    """
    texts: list[str] = []
    size = 0
    for part in parts:
        texts.append(part.text if isinstance(part, tree.Literal) else _text(part, scope))
        size += len(texts[-1])
        if size > MAX_SIZE:
            raise EvaluationError(
                f"the text is too large: more than {MAX_SIZE} characters", part.span
            )
    return "".join(texts)


def _text(part: tree.Interpolation, scope: Scope) -> str:
    return to_text(evaluate(part.expression, scope))


def _evaluate(expression: tree.Expression, scope: Scope) -> Value:
    try:
        return _value(expression, scope)
    except OperationError as error:
        raise _placed(error, expression.span) from None


def _value(expression: tree.Expression, scope: Scope) -> Value:  # noqa: C901 (one case a node)
    match expression:
        case tree.Constant():
            return expression.value
        case tree.Interpolated():
            return interpolate(expression.parts, scope)
        case tree.Name():
            return _variable(expression, scope)
        case tree.Unary():
            return _unary(expression, scope)
        case tree.Binary():
            return _binary(expression, scope)
        case tree.Field():
            return _field(_evaluate(expression.target, scope), expression)
        case tree.Index():
            target = _evaluate(expression.target, scope)
            return _item(target, _evaluate(expression.index, scope))
        case tree.Call():
            return _call(expression, scope)
        case tree.ListOf():
            return _sized([_evaluate(item, scope) for item in expression.items])
        case tree.Missing():
            raise OperationError("an expression is missing")
        case _:
            assert_never(expression)


def _variable(name: tree.Name, scope: Scope) -> Value:
    try:
        return scope.variable(name.name)
    except UnsetError:
        raise OperationError(f"variable `${name.name}` is not set") from None


def _unary(expression: tree.Unary, scope: Scope) -> Value:
    operand = _evaluate(expression.operand, scope)
    return not truth("`not`", operand) if expression.operator == "not" else negative(operand)


def _binary(expression: tree.Binary, scope: Scope) -> Value:
    operator = expression.operator
    if operator == "??":
        return _first_there(expression, scope, _evaluate)
    left = _evaluate(expression.left, scope)
    if operator not in {"and", "or"}:
        return binary(operator, left, _evaluate(expression.right, scope))
    if truth(f"`{operator}`", left) is (operator == "or"):
        return left
    return truth(f"`{operator}`", _evaluate(expression.right, scope))


def _first_there(
    expression: tree.Binary, scope: Scope, right: Callable[[tree.Expression, Scope], Value]
) -> Value:
    """Return the value left of ``??``, or where that is null the one that ``right`` finds."""
    left = _optional(expression.left, scope)
    return right(expression.right, scope) if left is None else left


def _optional(expression: tree.Expression, scope: Scope) -> Value:
    """Return the value of what stands left of ``??``: null where a part of its path is missing."""
    match expression:
        case tree.Binary(operator="??"):
            return _first_there(expression, scope, _optional)
        case tree.Name():
            try:
                return scope.variable(expression.name)
            except UnsetError:
                return None
        case tree.Field():
            target = _optional(expression.target, scope)
            return target.get(expression.name) if isinstance(target, dict) else None
        case tree.Index():
            target = _optional(expression.target, scope)
            index = _evaluate(expression.index, scope)
            return _item(target, index) if _has(target, index) else None
        case _:
            return _evaluate(expression, scope)


def _field(target: Value, field: tree.Field) -> Value:
    if not isinstance(target, dict):
        raise OperationError(f"{described(target)} has no field `{field.name}`")
    if field.name not in target:
        raise OperationError(f"there is no field `{field.name}`", _known(field.name, target))
    return target[field.name]


def _has(target: Value, index: Value) -> bool:
    match target, index:
        case list(), Number():
            return -len(target) <= index.decimal < len(target)
        case dict(), str():
            return index in target
        case _:
            return isinstance(target, list | dict)


def _item(target: Value, index: Value) -> Value:
    match target, index:
        case list(), Number() if index.decimal == index.decimal.to_integral_value():
            if not _has(target, index):
                raise OperationError(f"there is no item {index.spelling}: {_length(target)}")
            return target[int(index.decimal)]
        case dict(), str():
            if index not in target:
                raise OperationError(f"there is no field `{index}`", _known(index, target))
            return target[index]
        case _:
            if not isinstance(target, list | dict):
                raise OperationError(f"{described(target)} has no items")
            wanted = "a whole number" if isinstance(target, list) else "a string"
            raise OperationError(f"the index of {described(target)} is {wanted}")


def _length(items: list[Value]) -> str:
    return f"the list has {len(items)} item{'' if len(items) == 1 else 's'}, from 0"


def _known(name: str, target: dict[str, Value]) -> str | None:
    if near := nearest(name, target):
        return f"did you mean `{near}`?"
    shown = ", ".join(f"`{key}`" for key in list(target)[:5])
    return f"its fields are {shown}{', …' if len(target) > 5 else ''}" if target else None  # noqa: PLR2004


def _call(call: tree.Call, scope: Scope) -> Value:
    function = FUNCTIONS.get(call.function)
    if function is None:
        near = nearest(call.function, FUNCTIONS)
        hint = f"did you mean `{near}`?" if near else None
        raise EvaluationError(f"unknown function `{call.function}`", call.function_span, hint)
    if not function.takes(len(call.arguments)):
        raise OperationError(f"`{call.function}` is called as `{function.signature}`")
    return _sized(function.call(tuple(_evaluate(a, scope) for a in call.arguments), scope))


def _sized(value: Value) -> Value:
    try:
        check_size(value)
    except ValueError as error:
        raise OperationError(str(error)) from None
    return value


def _placed(error: OperationError, span: Span) -> EvaluationError:
    return EvaluationError(error.message, span, error.hint)
