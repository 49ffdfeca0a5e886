"""Arguments to parameters: by position, as ``name=value``, or as ``--name value``.

Only a literal, unquoted ``name=`` or ``--name`` in the source names a parameter: a value never
does, so data cannot turn into an option. `read_call` sorts the words of a call, which needs no
values; the checker goes on from there with what is certain (`check_call`), a run with the values
(`bind`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from gitwf.diagnostics import Span, nearest
from gitwf.language import tree
from gitwf.language.expand import Argument, arguments, literal_value, lone_expression, value_of
from gitwf.language.scope import ClosedScope, EvaluationError, OperationError, Scope
from gitwf.language.signature import REST_NAME, Signature, converted, signature
from gitwf.language.value import Value, to_json


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a call, with the call's place, and what to do."""

    message: str
    span: Span
    hint: str | None = None


class ArgumentError(Exception):
    """A call does not fit the parameters of its command."""

    def __init__(self, message: str, span: Span, hint: str | None = None) -> None:
        super().__init__(message, span, hint)
        self.message = message
        self.span = span
        self.hint = hint

    def __str__(self) -> str:
        return self.message


def check_call(callee: tree.Definition | Signature, command: tree.Command) -> tuple[Fault, ...]:
    """Return what is wrong with a call for certain, whatever its values will be."""
    takes = _signature(callee)
    if takes.is_open:
        return ()
    call = read_call(takes, command)
    counted = [word for word in call.plain if not word.passed]
    certain = [word for word in counted if lone_expression(word.word) is None]
    faults = list(call.faults)
    if len(certain) > len(call.slots) and not call.signature.rest:
        faults.append(call.too_many(len(certain)))
    given = dict(call.named)
    if len(certain) == len(counted):
        given |= {p.name: w.word for p, w in zip(call.slots, certain, strict=False)}
        faults += call.missing(given)
    faults += (fault for name, word in given.items() for fault in _literal_faults(call, name, word))
    return tuple(faults)


def bind(
    callee: tree.Definition | Signature, command: tree.Command, scope: Scope
) -> dict[str, Value]:
    """Return the values of all parameters of ``callee`` in the call ``command``.

    Further arguments of a command that takes them are the list ``args``. A default sees the
    parameters before it and the built-in variables.

    Raises:
        ArgumentError: if the call does not fit.
        EvaluationError: if an argument has no value.
    """
    call = read_call(_signature(callee), command)
    _raise_first(call.faults)
    given, rest = _placed(call, scope)
    _raise_first(call.missing(given))
    values: dict[str, Value] = {}
    for parameter in call.signature.parameters:
        if parameter.name in given:
            value = given[parameter.name]
        else:
            value = _default(call, parameter, ClosedScope(values, scope))
        values[parameter.name] = _typed(call, parameter, value)
    if call.signature.rest:
        values[REST_NAME] = [argument.value for argument in rest]
    return values


class Plain(msgspec.Struct, frozen=True):
    """A word that names no parameter. ``passed``: it goes to the rest, never to a position."""

    word: tree.Word
    passed: bool = False


class Call(msgspec.Struct, frozen=True):
    """The words of a call, sorted: by name, the others in order, and what is wrong with them."""

    signature: Signature
    span: Span
    named: Mapping[str, tree.Word]
    plain: tuple[Plain, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def slots(self) -> list[tree.Parameter]:
        """The parameters that words fill by position: those that are not given by name."""
        return [p for p in self.signature.parameters if p.name not in self.named]

    def fault(self, message: str, hint: str | None = None) -> Fault:
        """Return a fault of this call; without a ``hint`` it says how the command is called."""
        return Fault(message, self.span, hint or f"it is called as `{self.signature.text}`")

    def missing(self, given: Mapping[str, object]) -> list[Fault]:
        """Return a fault for the parameters that have neither a value nor a default, if any."""
        names = [p.name for p in self.slots if p.default is None and p.name not in given]
        listed = ", ".join(f"`{name}`" for name in names)
        return [self.fault(f"`/{self.signature.name}` needs {listed}")] if names else []

    def too_many(self, count: int) -> Fault:
        """Return the fault that ``count`` words are more than there are positions."""
        takes = len(self.slots)
        noun = "argument" if takes == 1 else "arguments"
        further = " more" if self.named else ""
        return self.fault(f"`/{self.signature.name}` takes {takes}{further} {noun}, not {count}")


def read_call(takes: Signature, command: tree.Command) -> Call:
    """Sort the words of ``command`` for a command that takes ``takes``."""
    reader = _Reader(takes, command)
    reader.read()
    span = Span(command.span.start, command.name_span.end)
    call = Call(takes, span, reader.named, tuple(reader.plain))
    if not reader.faults:
        return call
    faults = tuple(call.fault(message, hint) for message, hint in reader.faults)
    return msgspec.structs.replace(call, faults=faults)


_NAME = re.compile(r"(?P<dashes>--)?(?P<name>[A-Za-z_][A-Za-z0-9_-]*)(?P<sign>=)?")
_OPTION = re.compile(r"(?P<dashes>--)?(?P<name>[A-Za-z_][A-Za-z0-9_-]*)(?P<sign>[=:])?")


class _Reader:
    """Takes the words of a call from left to right."""

    def __init__(self, takes: Signature, command: tree.Command) -> None:
        self.takes = takes
        self.words = list(command.words)
        self.named: dict[str, tree.Word] = {}
        self.plain: list[Plain] = []
        self.faults: list[tuple[str, str | None]] = []

    def read(self) -> None:
        """Sort all words. A command without names of its own takes each as it stands."""
        while self.words:
            word = self.words.pop(0)
            if self.takes.is_open:
                self.plain.append(Plain(word))
            elif _literal(word) == "--":
                self.plain += map(Plain, self.words)
                self.words.clear()
            else:
                self._read_one(word)

    def _read_one(self, word: tree.Word) -> None:
        name = self._name(word)
        parameter = self._parameter(name) if name else None
        if name is None:
            self.plain.append(Plain(word))
        elif parameter is not None:
            self._give(parameter, name, word)
        elif self.takes.rest:
            self.plain.append(Plain(word, passed=True))
        else:
            self._refuse(name["name"])

    def _name(self, word: tree.Word) -> re.Match[str] | None:
        return _name(word, _OPTION if self.takes.colons else _NAME)

    def _parameter(self, name: re.Match[str]) -> tree.Parameter | None:
        wanted = name["name"].replace("-", "_")
        return next((p for p in self.takes.parameters if p.name == wanted), None)

    def _give(self, parameter: tree.Parameter, name: re.Match[str], word: tree.Word) -> None:
        value = _behind(word, name.end()) if name["sign"] else self._next()
        shown = f"`/{self.takes.name}`"
        if value is None:
            self.faults.append((f"`{name[0]}` of {shown} has no value", None))
        elif parameter.name in self.named:
            self.faults.append((f"`{parameter.name}` of {shown} is given twice", None))
        else:
            self.named[parameter.name] = value

    def _next(self) -> tree.Word | None:
        """Take the word behind ``--name``, which must not itself be the name of a parameter."""
        if not self.words:
            return None
        name = self._name(self.words[0])
        if name and name["dashes"] and self._parameter(name):
            return None
        return self.words.pop(0)

    def _refuse(self, name: str) -> None:
        near = nearest(name, (p.name for p in self.takes.parameters))
        hint = f"did you mean `{near}`?" if near else None
        self.faults.append((f"`/{self.takes.name}` has no parameter `{name}`", hint))


def _name(word: tree.Word, form: re.Pattern[str]) -> re.Match[str] | None:
    """Return how ``word`` names a parameter, if it does: ``name=…``, ``--name`` or ``--name=…``."""
    first = word.parts[0] if word.parts else None
    if not isinstance(first, tree.Literal) or first.quote != tree.Quote.BARE:
        return None
    found = form.match(first.text)
    if found is None or found["sign"]:
        return found
    alone = found["dashes"] and len(word.parts) == 1 and found.end() == len(first.text)
    return found if alone else None


def _literal(word: tree.Word) -> str | None:
    match word.parts:
        case (tree.Literal(quote=tree.Quote.BARE) as part,):
            return part.text
        case _:
            return None


def _behind(word: tree.Word, length: int) -> tree.Word:
    """Return ``word`` without the first ``length`` characters, which are of its first literal."""
    first, *others = word.parts
    text = first.text[length:] if isinstance(first, tree.Literal) else ""
    start = min(word.span.start + length, word.span.end)
    kept = [tree.Literal(Span(start, first.span.end), text)] if text or not others else []
    return tree.Word(Span(start, word.span.end), (*kept, *others))


def _placed(call: Call, scope: Scope) -> tuple[dict[str, Value], list[Argument]]:
    """Return the values that the words of a call give to parameters, and those left over."""
    slots = [parameter.name for parameter in reversed(call.slots)]
    given: dict[str, Value] = {}
    rest: list[Argument] = []
    for plain in call.plain:
        for argument in arguments([plain.word], scope):
            if slots and not plain.passed:
                given[slots.pop()] = argument.value
            else:
                rest.append(argument)
    if rest and not call.signature.rest:
        _raise_first([call.too_many(len(call.slots) + len(rest))])
    return given | {name: value_of(word, scope) for name, word in call.named.items()}, rest


def _default(call: Call, parameter: tree.Parameter, scope: Scope) -> Value:
    if parameter.default is None:
        return None
    try:
        return value_of(parameter.default, scope)
    except EvaluationError as error:
        message = f"the default of `{parameter.name}`: {error.message}"
        raise ArgumentError(message, call.span, error.hint) from None


def _typed(call: Call, parameter: tree.Parameter, value: Value) -> Value:
    try:
        return converted(value, parameter.kind)
    except OperationError as error:
        fault = _type_fault(call, parameter, value, error)
        raise ArgumentError(fault.message, fault.span, fault.hint) from None


def _literal_faults(call: Call, name: str, word: tree.Word) -> list[Fault]:
    literal = literal_value(word)
    parameter = next(p for p in call.signature.parameters if p.name == name)
    if literal is None:
        return []
    try:
        converted(literal[0], parameter.kind)
    except OperationError as error:
        return [_type_fault(call, parameter, literal[0], error)]
    return []


def _type_fault(
    call: Call, parameter: tree.Parameter, value: Value, error: OperationError
) -> Fault:
    shown = value[:40] if value and isinstance(value, str) else to_json(value)[:40]
    return call.fault(f"`{parameter.name}` of `/{call.signature.name}` {error}, not `{shown}`")


def _raise_first(faults: Sequence[Fault]) -> None:
    if faults:
        raise ArgumentError(faults[0].message, faults[0].span, faults[0].hint)


def _signature(callee: tree.Definition | Signature) -> Signature:
    return callee if isinstance(callee, Signature) else signature(callee)
