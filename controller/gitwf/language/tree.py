"""The tree of a workflow file: what the parser makes, and all that later phases read.

Every node has the span of the text that it stands for. Nodes are values: equal when they say the
same at the same place (`same_meaning` compares without places). A place where the parser found
something else than it expected holds a `Missing` node; it was reported once, and every later
phase is silent about it.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gitwf.diagnostics import Span
from gitwf.language.value import Value


class Node(msgspec.Struct, frozen=True, gc=False):
    """A piece of a file, with its place."""

    span: Span


# -- expressions ---------------------------------------------------------------------------------


class Constant(Node, frozen=True):
    """A literal: a number, a string, true, false or null."""

    value: Value


class Name(Node, frozen=True):
    """A variable, written ``x`` or ``$x``."""

    name: str


class Unary(Node, frozen=True):
    """``not x``, ``!x`` or ``-x``; ``operator`` is ``not`` or ``-``."""

    operator: str
    operand: Expression


class Binary(Node, frozen=True):
    """Two operands; ``operator`` in the words of the contract, ``&&`` as ``and``, ``||`` as ``or``."""

    operator: str
    left: Expression
    right: Expression


class Field(Node, frozen=True):
    """``target.name``."""

    target: Expression
    name: str


class Index(Node, frozen=True):
    """``target[index]``."""

    target: Expression
    index: Expression


class Call(Node, frozen=True):
    """``function(arguments)``."""

    function: str
    function_span: Span
    arguments: tuple[Expression, ...]


class ListOf(Node, frozen=True):
    """``[a, b]``."""

    items: tuple[Expression, ...]


class Interpolated(Node, frozen=True):
    """A double-quoted string with values in it: ``"n=$n"``. Without any it is a `Constant`."""

    parts: tuple[Part, ...]


class Missing(Node, frozen=True):
    """Something was expected here and is not there; reported where it was found missing."""


Expression = (
    Constant | Name | Unary | Binary | Field | Index | Call | ListOf | Interpolated | Missing
)


# -- words ---------------------------------------------------------------------------------------


class Quote(StrEnum):
    """How a part of a word is quoted."""

    BARE = "bare"
    SINGLE = "single"
    DOUBLE = "double"


class Literal(Node, frozen=True):
    """Text as it is meant: escapes are resolved, quotes are gone."""

    text: str
    quote: Quote = Quote.BARE


class Interpolation(Node, frozen=True):
    """``$name`` (then ``expression`` is a `Name`) or ``${expression}``, bare or in double quotes."""

    expression: Expression
    quote: Quote = Quote.BARE


Part = Literal | Interpolation


class Word(Node, frozen=True):
    """Parts that stand together. An empty quoted word has one empty `Literal`."""

    parts: tuple[Part, ...]


class Option(Node, frozen=True):
    """``key:word`` behind a directive or a trigger."""

    key: str
    key_span: Span
    value: Word


# -- flows ---------------------------------------------------------------------------------------


class Command(Node, frozen=True):
    """``/name words…``. ``name`` is without the slash and may hold colons: ``results:best``."""

    name: str
    name_span: Span
    words: tuple[Word, ...]


class Group(Node, frozen=True):
    """``{ … }``: a block that is one unit."""

    body: Block


class Redirect(Node, frozen=True):
    """``> target`` or ``>> target``: a variable's name, or a path."""

    append: bool
    variable: str | None
    path: Word | None


class Redirected(Node, frozen=True):
    """A command or group with its redirects."""

    unit: Command | Group | Missing
    redirects: tuple[Redirect, ...]


class Pipeline(Node, frozen=True):
    """``a | b | c``: two parts or more."""

    parts: tuple[Flow, ...]


class Chain(Node, frozen=True):
    """``left && right``, ``left || right`` or ``left → right``; ``operator`` is ``&&``, ``||``, ``→``."""

    operator: str
    left: Flow
    right: Flow


class If(Node, frozen=True):
    """``if:condition → then [→ otherwise]``."""

    condition: Expression
    then: Flow
    otherwise: Flow | None


class Pattern(Node, frozen=True):
    """A pattern of a `Branch`: a glob, or literal text where it was quoted."""

    text: str
    literal: bool


class Branch(Node, frozen=True):
    """A line of a `Case`: ``↳ pattern, pattern → flow``."""

    patterns: tuple[Pattern, ...]
    flow: Flow


class Case(Node, frozen=True):
    """``case:subject`` and its branches."""

    subject: Expression
    branches: tuple[Branch, ...]


class Retry(Node, frozen=True):
    """``retry:count options → arm``. A count is a number, or an expression that gives one."""

    count: Expression
    options: tuple[Option, ...]
    arm: Flow


class Timeout(Node, frozen=True):
    """``timeout:duration options → arm``; ``duration`` is a `Word` such as ``1h30m`` or ``$limit``."""

    duration: Word
    options: tuple[Option, ...]
    arm: Flow


class Fork(Node, frozen=True):
    """``fork:count options → a & b``."""

    count: Expression
    options: tuple[Option, ...]
    branches: tuple[Flow, ...]


class Axis(Node, frozen=True):
    """``name=value,value`` of a `Sweep`."""

    name: str
    name_span: Span
    values: tuple[Word, ...]


class Sweep(Node, frozen=True):
    """``sweep:axis axis options → arm``."""

    axes: tuple[Axis, ...]
    options: tuple[Option, ...]
    arm: Flow


class Droid(Node, frozen=True):
    """``droid:name options → /command``."""

    name: str
    name_span: Span
    options: tuple[Option, ...]
    command: Command | Missing


class Barrier(Node, frozen=True):
    """``barrier options [→ condition] [→ arm]``."""

    options: tuple[Option, ...]
    condition: Expression | None
    arm: Flow | None


class State(Node, frozen=True):
    """``state:save → path`` or ``state:load → path``; ``action`` is ``save`` or ``load``."""

    action: str
    path: Word


class Context(Node, frozen=True):
    """``context:name → $a, $b → arm``."""

    name: str
    name_span: Span
    names: tuple[Name, ...]
    arm: Flow


class Try(Node, frozen=True):
    """``try: body [→ catch: …] [→ finally: …]``."""

    body: Flow
    catch: Flow | None
    final: Flow | None


class Target(Node, frozen=True):
    """``target:word options → arm``."""

    target: Word
    options: tuple[Option, ...]
    arm: Flow


Directive = (
    If | Case | Retry | Timeout | Fork | Sweep | Droid | Barrier | State | Context | Try | Target
)
Flow = Command | Group | Redirected | Pipeline | Chain | Directive | Missing


# -- statements ----------------------------------------------------------------------------------


class Use(Node, frozen=True):
    """``use:path``."""

    path: str
    path_span: Span


class Trigger(Node, frozen=True):
    """``on:event options``; event is ``commit``, ``tag``, ``schedule`` or ``manual``."""

    event: str
    options: tuple[Option, ...]


class Parameter(Node, frozen=True):
    """A parameter of a definition. ``kind`` is a type's name, or ``...`` for the rest; default None: required."""

    name: str
    kind: str | None
    default: Word | None


class RunText(Node, frozen=True):
    """The rest of a ``run`` or ``desc`` line, verbatim, without white space at its ends."""

    text: str


class DefinitionField(Node, frozen=True):
    """A line of a definition: ``↳ name → value``. ``text`` for run and desc, else ``words``."""

    name: str
    name_span: Span
    text: RunText | None
    words: tuple[Word, ...]


class Definition(Node, frozen=True):
    """``define:/name parameters`` and its fields."""

    name: str
    name_span: Span
    parameters: tuple[Parameter, ...]
    fields: tuple[DefinitionField, ...]

    def field(self, name: str) -> DefinitionField | None:
        """Return the (first) field called ``name``, or None."""
        for field in self.fields:
            if field.name == name:
                return field
        return None


class Handler(Node, frozen=True):
    """``on_failure → flow``; ``kind`` is ``on_failure``, ``on_success`` or ``on_exit``."""

    kind: str
    flow: Flow


class Assignment(Node, frozen=True):
    """``$name = value``."""

    name: str
    name_span: Span
    value: Expression | Flow


Statement = Use | Trigger | Definition | Handler | Assignment | Flow


class Item(Node, frozen=True):
    """A statement of a line, and whether ``&`` puts it in the background."""

    statement: Statement
    background: bool = False


class Line(Node, frozen=True):
    """Statements parted by ``;`` or ``&``: one step, whose status is its last statement's."""

    items: tuple[Item, ...]


class Block(Node, frozen=True):
    """Lines in order: a file, or what stands in braces."""

    lines: tuple[Line, ...]


class Comment(Node, frozen=True):
    """``# …`` to the end of its line, the ``#`` included."""

    text: str


class File(Node, frozen=True):
    """A whole file."""

    path: str
    block: Block
    comments: tuple[Comment, ...]
