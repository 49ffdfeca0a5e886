"""The canonical form of a file: the same bytes for all texts that mean the same.

Places, comments, layout, the kind of quotes and the spelling of arrows are not in it. The
spelling of numbers is: `0.10` and `0.1` give a trial different paths.
"""

from __future__ import annotations

from functools import cache

import msgspec

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.tree import Quote
from gitwf.language.value import Number

VERSION = 1
"""Stands in the canonical form, so that a new form never equals an old one by chance."""


def canonical(file: tree.File) -> bytes:
    """Return what ``file`` means, as bytes that are equal for files that mean the same."""
    return msgspec.json.encode([VERSION, _form(file.block)])


def same_meaning(a: tree.File, b: tree.File) -> bool:
    """Return whether two files mean the same, however they are written."""
    return canonical(a) == canonical(b)


def _form(value: object) -> object:
    """Return a node as a list of its kind and fields, and anything else as JSON has it."""
    match value:
        case tree.Word(parts=parts):
            value = tree.Word(value.span, _joined(parts))
        case Number(spelling=spelling):
            return ["Number", spelling]
        case Quote():
            return value is not Quote.BARE
        case tuple() | list():
            return _forms(value)
        case _:
            pass
    if not isinstance(value, tree.Node):
        return value
    form: list[object] = [type(value).__name__]
    for name in _fields(type(value)):
        form.append(_form(getattr(value, name)))  # noqa: PERF401  # a comprehension is one more frame
    return form


def _forms(values: tuple[object, ...] | list[object]) -> list[object]:
    forms: list[object] = []
    for value in values:
        forms.append(_form(value))  # noqa: PERF401  # a comprehension is one more frame
    return forms


def _joined(parts: tuple[tree.Part, ...]) -> tuple[tree.Part, ...]:
    """Return ``parts`` with the texts joined that stand together and are quoted alike."""
    found: list[tree.Part] = []
    for part in parts:
        before = found[-1] if found else None
        match before, part:
            case tree.Literal(), tree.Literal() if _is_bare(before) == _is_bare(part):
                found[-1] = tree.Literal(part.span, before.text + part.text, part.quote)
            case _:
                found.append(part)
    return tuple(found)


def _is_bare(literal: tree.Literal) -> bool:
    return literal.quote is Quote.BARE


@cache
def _fields(kind: type[tree.Node]) -> tuple[str, ...]:
    """Return the names of a node's fields that say what it means."""
    fields = msgspec.structs.fields(kind)
    return tuple(field.name for field in fields if not _is_place(field))


def _is_place(field: msgspec.structs.FieldInfo) -> bool:
    return field.type is Span
