"""What an editor offers at an offset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec

from gitwf.diagnostics import Span
from gitwf.language import builtins, tree
from gitwf.language.check.options import OPTIONS
from gitwf.language.definitions import FIELDS, TYPES
from gitwf.language.functions import FUNCTIONS
from gitwf.language.signature import BUILTINS, Signature, signature
from gitwf.language.statements import EVENTS
from gitwf.lsp.context import Context, Wanted, context
from gitwf.lsp.nodes import nodes_at
from gitwf.lsp.reading import Reading
from gitwf.lsp.variables import origins, parameters

DIRECTIVES: Mapping[str, str] = {
    "if:": "an arm where a condition holds, another where not",
    "case:": "the branch whose pattern matches",
    "retry:": "again where it fails",
    "timeout:": "ended where it takes too long",
    "fork:": "side by side",
    "sweep:": "once for each combination of values",
    "droid:": "delegated to an agent",
    "barrier": "waits for background jobs",
    "state:save": "all variables into a file",
    "state:load": "all variables from a file",
    "context:": "fields of a value as variables",
    "try:": "with a catch or a finally",
    "catch:": "what runs where a try fails",
    "finally:": "what runs at the end of a try",
    "target:": "on another machine",
}
"""What begins a flow, with what it does."""

STATEMENTS: Mapping[str, str] = {
    "use:": "the definitions of another file",
    "define:/": "a command of this repository",
    **{f"on:{event}": "asks for a run" for event in EVENTS},
    "on_failure": "what runs when the block has failed",
    "on_success": "what runs when the block has succeeded",
    "on_exit": "what runs at the block's end",
}
"""What begins a statement alone."""

LITERALS = ("true", "false", "null")


class Kind(StrEnum):
    """What is offered."""

    COMMAND = "command"
    PARAMETER = "parameter"
    VARIABLE = "variable"
    FUNCTION = "function"
    OPTION = "option"
    FIELD = "field"
    TYPE = "type"
    KEYWORD = "keyword"


class Completion(msgspec.Struct, frozen=True):
    """A text that could stand at ``span``, and a few words about it."""

    text: str
    kind: Kind
    about: str
    span: Span


_Offer = tuple[str, Kind, str]


def complete(reading: Reading, offset: int) -> list[Completion]:
    """Return what could be written at ``offset``, by name."""
    asked = context(reading.text, offset)
    span = Span(offset - len(asked.typed), offset)
    offers = sorted(set(_offers(reading, asked, offset)))
    return [Completion(*offer, span) for offer in offers if offer[0].startswith(asked.typed)]


def _offers(  # noqa: C901 (one case a kind)
    reading: Reading, asked: Context, offset: int
) -> Iterator[_Offer]:
    match asked.wanted:
        case Wanted.STATEMENT:
            yield from _keywords({**STATEMENTS, **DIRECTIVES})
            yield from _commands(reading)
        case Wanted.FLOW:
            yield from _keywords(DIRECTIVES)
            yield from _commands(reading)
        case Wanted.VALUE:
            yield from _keywords(DIRECTIVES)
            yield from _commands(reading)
            yield from _expressions(reading, offset)
        case Wanted.COMMAND:
            yield from _commands(reading)
        case Wanted.PARAMETER:
            yield from _parameters(reading, asked.of)
        case Wanted.OPTION:
            yield from _options(asked.of)
        case Wanted.EVENT:
            yield from _names(EVENTS, Kind.KEYWORD, "asks for a run")
        case Wanted.FIELD:
            yield from _names(FIELDS, Kind.FIELD, "field of a definition")
        case Wanted.TYPE:
            yield from _names(TYPES, Kind.TYPE, "type of a parameter")
        case Wanted.VARIABLE:
            yield from _variables(reading, offset, "$")
        case Wanted.EXPRESSION:
            yield from _expressions(reading, offset)
        case Wanted.NOTHING:
            pass


def _keywords(known: Mapping[str, str]) -> Iterator[_Offer]:
    return ((name, Kind.KEYWORD, about) for name, about in known.items())


def _names(names: Iterable[str], kind: Kind, about: str) -> Iterator[_Offer]:
    return ((name, kind, about) for name in names)


def _commands(reading: Reading) -> Iterator[_Offer]:
    yield from _names(
        (f"/{n}" for n in reading.surroundings.scripts), Kind.COMMAND, "in `commands/`"
    )
    yield from _names((f"/{n}" for n in reading.surroundings.stages), Kind.COMMAND, "in `dvc.yaml`")
    for name in builtins.COMMANDS:
        yield f"/{name}", Kind.COMMAND, "built in"
    for name, known in reading.program.definitions.items():
        yield f"/{name}", Kind.COMMAND, signature(known.definition).text


def _parameters(reading: Reading, command: str) -> Iterator[_Offer]:
    known = reading.program.definitions.get(command)
    taken: Signature | None = signature(known.definition) if known else BUILTINS.get(command)
    for parameter in taken.parameters if taken else ():
        need = "needed" if parameter.default is None else "may be left out"
        about = f"{parameter.kind}, {need}" if parameter.kind else need
        yield f"--{parameter.name}", Kind.PARAMETER, about


def _options(directive: str) -> Iterator[_Offer]:
    for key, form in OPTIONS.get(directive, {}).items():
        yield f"{key}:", Kind.OPTION, form.name


def _expressions(reading: Reading, offset: int) -> Iterator[_Offer]:
    yield from _variables(reading, offset, "")
    yield from _names(LITERALS, Kind.KEYWORD, "literal")
    for function in FUNCTIONS.values():
        yield function.name, Kind.FUNCTION, function.signature


def _variables(reading: Reading, offset: int, sign: str) -> Iterator[_Offer]:
    around = nodes_at(reading.program.file, offset)
    definition = next((node for node in around if isinstance(node, tree.Definition)), None)
    known = parameters(definition) if definition else origins(reading.program.file)
    about = "parameter" if definition else "variable"
    given = {origin.name: about for origin in known}
    for name, words in {**builtins.VARIABLES, **given}.items():
        yield f"{sign}{name}", Kind.VARIABLE, words
