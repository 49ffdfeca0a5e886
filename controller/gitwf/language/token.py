"""Tokens: the pieces of a workflow file's text, with what kind of piece each is."""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Kind:
    """What a token is: one of the kinds below, each of which is itself and nothing else.

    No `Enum`: up to Python 3.11 a member of one takes three times as long to look up, and a parser does little else.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Kind.{self.name}"

    # between statements and units
    NEWLINE: ClassVar[Kind]
    SEMICOLON: ClassVar[Kind]
    BACKGROUND: ClassVar[Kind]
    ARROW: ClassVar[Kind]
    AND: ClassVar[Kind]
    OR: ClassVar[Kind]
    PIPE: ClassVar[Kind]
    WRITE: ClassVar[Kind]
    APPEND: ClassVar[Kind]
    READ: ClassVar[Kind]
    OPEN: ClassVar[Kind]
    CLOSE: ClassVar[Kind]
    BRANCH: ClassVar[Kind]

    # where a unit may begin
    COMMAND: ClassVar[Kind]
    DIRECTIVE: ClassVar[Kind]
    ASSIGN: ClassVar[Kind]
    HANDLER: ClassVar[Kind]
    BARRIER: ClassVar[Kind]

    # words: whole ones, the place where one of several pieces begins, and the pieces
    PLAIN: ClassVar[Kind]
    VARIABLE: ClassVar[Kind]
    WORD: ClassVar[Kind]
    TEXT: ClassVar[Kind]
    ESCAPE: ClassVar[Kind]
    SINGLE: ClassVar[Kind]
    QUOTE: ClassVar[Kind]
    EMBED: ClassVar[Kind]
    COMMA: ClassVar[Kind]
    UNTERMINATED: ClassVar[Kind]

    # expressions
    NAME: ClassVar[Kind]
    NUMBER: ClassVar[Kind]
    OPERATOR: ClassVar[Kind]
    PUNCTUATION: ClassVar[Kind]

    # the rest of a line, as it stands
    VERBATIM: ClassVar[Kind]

    # what only a lossless list of tokens holds
    SPACE: ClassVar[Kind]
    COMMENT: ClassVar[Kind]

    OTHER: ClassVar[Kind]
    END: ClassVar[Kind]


for _name in Kind.__annotations__:
    setattr(Kind, _name, Kind(_name))


class Token(msgspec.Struct, frozen=True, gc=False):
    """A piece of a text: its kind, and the half-open range of its character offsets."""

    kind: Kind
    start: int
    end: int
