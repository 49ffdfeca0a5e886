"""Tokens: the pieces of a workflow file's text, with what kind of piece each is."""

from __future__ import annotations

from enum import IntEnum, auto

import msgspec


class Kind(IntEnum):
    """What a token is."""

    # between statements and units
    NEWLINE = auto()
    SEMICOLON = auto()
    BACKGROUND = auto()
    ARROW = auto()
    AND = auto()
    OR = auto()
    PIPE = auto()
    WRITE = auto()
    APPEND = auto()
    READ = auto()
    OPEN = auto()
    CLOSE = auto()
    BRANCH = auto()

    # where a unit may begin
    COMMAND = auto()
    DIRECTIVE = auto()
    ASSIGN = auto()
    HANDLER = auto()
    BARRIER = auto()

    # words: whole ones, the place where one of several pieces begins, and the pieces
    PLAIN = auto()
    VARIABLE = auto()
    WORD = auto()
    TEXT = auto()
    ESCAPE = auto()
    SINGLE = auto()
    QUOTE = auto()
    EMBED = auto()
    COMMA = auto()
    UNTERMINATED = auto()

    # expressions
    NAME = auto()
    NUMBER = auto()
    OPERATOR = auto()
    PUNCTUATION = auto()

    # the rest of a line, as it stands
    VERBATIM = auto()

    # what only a lossless list of tokens holds
    SPACE = auto()
    COMMENT = auto()

    OTHER = auto()
    END = auto()


class Token(msgspec.Struct, frozen=True, gc=False):
    """A piece of a text: its kind, and the half-open range of its character offsets."""

    kind: Kind
    start: int
    end: int
