"""Types of expressions, as far as they are certain: WF206, and WF107 for functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitwf.diagnostics import Diagnostic, Span, nearest
from gitwf.language import tree
from gitwf.language.check.scene import Scene
from gitwf.language.functions import FUNCTIONS
from gitwf.language.regex import RegexError, fullmatch
from gitwf.language.runline import ShellValue
from gitwf.language.value import type_name
from gitwf.language.walk import children

Kind = str | None
"""A type's name, or None where it is not certain."""

_BUILTINS: Mapping[str, str] = {
    "status": "number",
    "index": "number",
    "all_results_ready": "bool",
    "error": "object",
    "run": "object",
}
_RESULTS: Mapping[str, str] = {
    **dict.fromkeys(("len", "min", "max", "sum", "abs", "round", "int", "float"), "number"),
    **dict.fromkeys(("str", "lower", "upper"), "string"),
    **dict.fromkeys(("keys", "values"), "list"),
    "exists": "bool",
}
_ORDERINGS = frozenset({"<", "<=", ">", ">="})
_ORDERED = frozenset({"number", "string"})
_JOINED = frozenset({"number", "string", "list"})
_CONTAINERS = frozenset({"list", "object", "string"})


def check_types(scene: Scene) -> Iterator[Diagnostic]:
    """Yield the type errors that are there whatever the variables hold."""
    for kind in _HOLDERS:
        for path, node in scene.all(kind):
            typed = _Typed(path)
            for child in children(node):
                if isinstance(child, tree.Expression) and not scene.is_broken(path, child.span):
                    typed.stands_in(node, child)
            yield from typed.found


_HOLDERS: tuple[type[tree.Node], ...] = (
    tree.Assignment,
    tree.Interpolation,
    ShellValue,
    tree.If,
    tree.Case,
    tree.Barrier,
    tree.Retry,
    tree.Fork,
)
"""The nodes in which an expression can stand that is part of no other."""


class _Typed:
    """Gives expressions their types, from the inside out, and collects what cannot be."""

    def __init__(self, path: str) -> None:
        self.found: list[Diagnostic] = []
        self._path = path

    def stands_in(self, node: tree.Node, expression: tree.Expression) -> None:
        """Report what is wrong with an expression that stands directly in ``node``."""
        match node:
            case tree.If():
                self.require(expression, "bool", "`if:`")
            case tree.Barrier():
                self.require(expression, "bool", "the condition of a `barrier`")
            case _:
                self.kind(expression)

    def require(self, expression: tree.Expression, wanted: str, what: str) -> None:
        """Report ``expression`` unless it may be of the type ``wanted``."""
        kind = self.kind(expression)
        if kind is not None and kind != wanted:
            words = {"bool": "true or false"}.get(wanted, f"a {wanted}")
            self._report(f"{what} needs {words}, not {_named(kind)}", expression.span)

    def kind(self, expression: tree.Expression) -> Kind:
        """Return the type of ``expression``."""
        match expression:
            case tree.Constant(value=value):
                return type_name(value)
            case tree.Name(name=name):
                return _BUILTINS.get(name)
            case tree.Missing():
                return None
            case _:
                return self._composed(expression)

    def _composed(self, expression: tree.Expression) -> Kind:
        match expression:
            case tree.Unary(operator=operator, operand=operand):
                wanted = "bool" if operator == "not" else "number"
                self.require(operand, wanted, f"`{operator}`")
                return wanted
            case tree.Binary():
                return self._binary(expression)
            case tree.Call():
                return self._call(expression)
            case tree.ListOf(items=items):
                self._each(items)
                return "list"
            case tree.Interpolated(parts=parts):
                self._each(p.expression for p in parts if isinstance(p, tree.Interpolation))
                return "string"
            case tree.Field() | tree.Index():
                self._access(expression)
                return None
            case _:
                return None

    def _each(self, expressions: Iterable[tree.Expression]) -> None:
        for expression in expressions:
            self.kind(expression)

    def _access(self, expression: tree.Field | tree.Index) -> None:
        kind = self.kind(expression.target)
        if isinstance(expression, tree.Index):
            self.kind(expression.index)
            if kind is not None and kind in {"number", "bool", "null"}:
                self._report(f"{_named(kind)} has no items", expression.span)
        elif kind is not None and kind != "object":
            self._report(f"{_named(kind)} has no field `{expression.name}`", expression.span)

    def _binary(self, expression: tree.Binary) -> Kind:
        operator = expression.operator
        if operator in {"and", "or"}:
            self.require(expression.left, "bool", f"`{operator}`")
            self.require(expression.right, "bool", f"`{operator}`")
            return "bool"
        if operator in {"-", "*", "/", "%"}:
            self.require(expression.left, "number", f"`{operator}`")
            self.require(expression.right, "number", f"`{operator}`")
            return "number"
        left, right = self.kind(expression.left), self.kind(expression.right)
        if operator == "??":
            return left if left == right else None
        if operator == "+":
            return self._join(expression, left, right)
        self._compare(expression, left, right)
        return "bool"

    def _join(self, expression: tree.Binary, left: Kind, right: Kind) -> Kind:
        wrong = next((kind for kind in (left, right) if kind and kind not in _JOINED), None)
        if wrong or (left and right and left != right):
            message = f"`+` cannot take {_both(left, 'and', right)}"
            hint = "`str()` makes a string of a value" if "string" in {left, right} else None
            self._report(message, expression.span, hint)
        return left or right

    def _compare(self, expression: tree.Binary, left: Kind, right: Kind) -> None:
        operator = expression.operator
        known = {kind for kind in (left, right) if kind}
        if operator in _ORDERINGS:
            wrong = len(known) > 1 or not known <= _ORDERED
            verb = "compare"
        elif operator == "matches":
            wrong = not known <= {"string"}
            verb = "match"
            self._pattern(expression.right)
        elif operator in {"in", "not in"}:
            looked_up = right in {"object", "string"} and left not in {None, "string"}
            wrong = looked_up or (right is not None and right not in _CONTAINERS)
            verb = "find"
        else:
            return
        if wrong:
            between = {"compare": "with", "match": "against", "find": "in"}[verb]
            message = f"`{operator}` cannot {verb} {_both(left, between, right)}"
            self._report(message, expression.span)

    def _pattern(self, pattern: tree.Expression) -> None:
        match pattern:
            case tree.Constant(value=str() as text, span=span):
                try:
                    fullmatch(text, "")
                except RegexError as error:
                    self._report(f"bad regular expression: {error}", span)
            case _:
                pass

    def _call(self, call: tree.Call) -> Kind:
        self._each(call.arguments)
        function = FUNCTIONS.get(call.function)
        if function is None:
            close = nearest(call.function, sorted(FUNCTIONS))
            listed = ", ".join(f"`{name}`" for name in FUNCTIONS)
            hint = f"did you mean `{close}`?" if close else f"the functions are {listed}"
            message = f"unknown function `{call.function}`"
            self.found.append(Diagnostic("WF107", message, self._path, call.function_span, hint))
        elif not function.takes(len(call.arguments)):
            message = f"`{call.function}` cannot take {len(call.arguments)} arguments"
            hint = f"it is called as `{function.signature}`"
            self.found.append(Diagnostic("WF107", message, self._path, call.function_span, hint))
        return _RESULTS.get(call.function)

    def _report(self, message: str, span: Span, hint: str | None = None) -> None:
        self.found.append(Diagnostic("WF206", message, self._path, span, hint))


def _both(left: Kind, between: str, right: Kind) -> str:
    """Return two types as a sentence has them, or that one of them which is known."""
    return f" {between} ".join(_named(kind) for kind in (left, right) if kind)


def _named(kind: str) -> str:
    if kind == "null":
        return kind
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
