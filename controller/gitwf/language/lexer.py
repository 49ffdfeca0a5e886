"""The lexer: a pattern for each mode, and what is wrong with a text's characters.

A word, a condition and a run line read the same characters differently, so the parser says in
which mode the next token is to be read. A pattern skips what may stand before a token and then
matches exactly one, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from gitwf.diagnostics import Diagnostic, Span
from gitwf.language.token import Kind, Token

BOM = "\ufeff"

NAME = r"[A-Za-z_][A-Za-z0-9_]*+"
"""A variable's name."""

_PART = r"(?:\w|-(?!>))++"
_FOLDER = r"(?:[\w.]|-(?!>))++"
_MEMBER = r"""(?:[^\s;&|<>→↳"'\\$\-]|-(?!>))++"""

COMMAND = rf"/(?:(?:{_FOLDER}/)*+{_FOLDER}:{_PART}|{_PART}(?::{_PART})*+)(?:@{_MEMBER})?+"
"""A command: `/name` or `/part:name`, of another folder's `dvc.yaml` `/folder/folder:name`, and of one of a group
of stages `/name@member`. An arrow ends it.
"""

_LINE_END = r"\r*+(?:\n|\Z)"
_JOINT = rf"\\{_LINE_END}"
_ESCAPED = rf"\\(?!{_LINE_END})."
_CARRIED_ON = rf"\\\r*+\n(?:[ \t\r]++|\\\r*+\n)*+(?!\n|{_JOINT}|\Z)"
_SPACES = rf"(?:[ \t\r]++|{_JOINT}|\#[^\n]*+)*+"
_LINES = rf"(?:[ \t\r\n]++|{_JOINT}|\#[^\n]*+)*+"
_LINE_GOES_ON = rf"(?:\n{_LINES}(?=&&|\||→|->|↳|=>))?+"
_JOINTS = r"(?:\\\r*+\n)++"
_WORD_ENDS = rf"(?=(?:{_JOINTS})?+(?:[\s;&|<>]|→|↳|->|\Z|{_JOINT}))"
_BARE = r"""(?:[^\s;&|<>→↳"'\\$\-]++|-(?!>))++"""
_BARE_IN_LIST = r"""(?:[^\s;&|<>→↳"'\\$\-,]++|-(?!>))++"""


class Mode:
    """How the next token is read: a pattern, and the kind of each of the pattern's groups.

    Compiling a pattern takes a millisecond or two, and few files need all: it waits for the first use.
    """

    def __init__(self, skip: str, kinds: Mapping[Kind, str]) -> None:
        self.kinds = (Kind.END, *kinds)
        self._skip = skip
        self._patterns = kinds

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches the next token, with what may stand before it."""
        tokens = (
            f"({pattern}){_LINES if kind is Kind.NEWLINE else ''}"
            for kind, pattern in self._patterns.items()
        )
        return re.compile(f"{self._skip}(?:{'|'.join(tokens)})", re.DOTALL)


_BETWEEN = {
    Kind.NEWLINE: r"\n",
    Kind.ARROW: r"→|->",
    Kind.AND: r"&&",
    Kind.OR: r"\|\|",
    Kind.PIPE: r"\|",
    Kind.BACKGROUND: r"&",
    Kind.SEMICOLON: r";",
    Kind.APPEND: r">>",
    Kind.WRITE: r">",
    Kind.READ: r"<",
    Kind.OPEN: rf"\{{{_WORD_ENDS}",
    Kind.CLOSE: rf"\}}{_WORD_ENDS}",
    Kind.BRANCH: r"↳|=>",
    Kind.WORD: r"(?=\S)",
    Kind.END: r"\Z",
    Kind.OTHER: r".",
}
_WORDS = {
    Kind.PLAIN: rf"(?![{{}}]{_WORD_ENDS}|=>){_BARE}{_WORD_ENDS}",
    Kind.VARIABLE: rf"\${NAME}{_WORD_ENDS}",
    **_BETWEEN,
}
_STARTS = {
    Kind.COMMAND: rf"{COMMAND}{_WORD_ENDS}",
    Kind.BARRIER: rf"barrier{_WORD_ENDS}",
    Kind.HANDLER: rf"on_(?:failure|success|exit){_WORD_ENDS}",
    Kind.DIRECTIVE: r"[A-Za-z_][\w\-]*+:",
    Kind.ASSIGN: rf"\${NAME}[ \t]*+=(?!=|>)",
    **_WORDS,
}
_EXPRESSION = {
    Kind.OPERATOR: r"not[ \t]++in(?!\w)|(?:or|and|in|matches)(?!\w)|&&|\|\||==|!=|<=|>=|\?\?|[<>+*/%]|-(?!>)",
    Kind.NAME: NAME,
    Kind.VARIABLE: rf"\${NAME}",
    Kind.NUMBER: r"\d(?:[eE][+\-]|[\w.])*+",
    Kind.NEWLINE: r"\n",
    Kind.ARROW: r"→|->",
    Kind.BRANCH: r"↳|=>",
    Kind.PUNCTUATION: r"[()\[\],.!}]",
    Kind.SINGLE: r"'[^'\n]*+'",
    Kind.QUOTE: r'"',
    Kind.UNTERMINATED: r"'[^\n]*+",
    Kind.EMBED: r"\$\{",
    Kind.END: r"\Z",
    Kind.OTHER: r".",
}
_PIECES = {
    Kind.ESCAPE: rf"\$\$|{_JOINTS}(?!{_WORD_ENDS})|{_ESCAPED}",
    Kind.SINGLE: r"'[^'\n]*+'",
    Kind.QUOTE: r'"',
    Kind.UNTERMINATED: r"'[^\n]*+",
    Kind.EMBED: r"\$\{",
    Kind.VARIABLE: rf"\${NAME}",
}

FLOW = Mode(_SPACES + _LINE_GOES_ON, _WORDS)
"""Words and what stands between them."""

START = Mode(_SPACES + _LINE_GOES_ON, _STARTS)
"""Where a statement or a unit may begin."""

OPERAND = Mode(_LINES, _STARTS)
"""Where a unit must begin: after an operator, which a newline may follow."""

LIST = Mode(_LINES, _WORDS)
"""Words after an arrow, which a newline may follow."""

EXPRESSION = Mode(_SPACES + _LINE_GOES_ON, _EXPRESSION)
"""An expression, to the end of its line."""

NESTED = Mode(_LINES, _EXPRESSION)
"""An expression in parentheses or brackets, or behind an operator that a newline may follow."""

INLINE = Mode(r"[ \t\r]*+", _EXPRESSION)
"""An expression in ``${…}``, which ends on its line."""

PIECES = Mode("", {Kind.TEXT: _BARE, **_PIECES, Kind.OTHER: r"\$", Kind.END: ""})
"""The pieces of a word."""

LIST_PIECES = Mode(
    "",
    {
        Kind.TEXT: _BARE_IN_LIST,
        **_PIECES,
        Kind.OTHER: r"\$",
        Kind.COMMA: ",",
        Kind.END: "",
    },
)
"""The pieces of a word of a list, which a comma ends."""

QUOTED = Mode(
    "",
    {
        Kind.TEXT: r'[^"\\$\n]++',
        Kind.ESCAPE: r'\$\$|\\["\\$nt]',
        Kind.EMBED: r"\$\{",
        Kind.VARIABLE: rf"\${NAME}",
        Kind.QUOTE: r'"',
        Kind.OTHER: r"[$\\]",
        Kind.END: "",
    },
)
"""What stands between double quotes."""

RESCUE = re.compile(rf"{_LINES}(catch|finally):")
"""What an arrow of an open ``try:`` may stand before."""

REST = Mode(
    r"[ \t\r]*+",
    {Kind.VERBATIM: rf"(?:[ \t\r]*+(?:[^ \t\r\n\\]++|{_ESCAPED}|{_CARRIED_ON}))*+"},
)
"""The rest of a line, without white space at its ends; ``\\`` at its end carries it on."""

_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
)
_NOT_UTF_8 = re.compile("[\ud800-\udfff]")
"""What the error handler ``surrogateescape`` makes of a byte, and halves of pairs from elsewhere."""
_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")
_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
_TRIVIA = {
    " ": Kind.SPACE,
    "\t": Kind.SPACE,
    "\r": Kind.SPACE,
    "\\": Kind.SPACE,
    "\n": Kind.NEWLINE,
}
_GAP = re.compile(r"#[^\n]*|\n|(?:[ \t\r]|\\\r*(?:\n|\Z))+|[^#\n \t\r]+")


_NAME = re.compile(NAME)
_CRLF = re.compile(r"\r+\n")


def is_name(text: str) -> bool:
    """Return whether ``text`` is a variable's name."""
    return _NAME.fullmatch(text) is not None


def unified(text: str) -> str:
    """Return ``text`` without a byte order mark, and with LF at the end of all its lines."""
    return _CRLF.sub("\n", text.removeprefix(BOM))


def clean(path: str, text: str) -> tuple[str, list[Diagnostic]]:
    """Return ``text`` as the parser reads it, and what is wrong with its characters.

    Bytes that are no UTF-8, characters that are not allowed and the lines of a merge conflict are reported and become
    white space, so that nothing else is said about them; offsets stay what they were.
    """
    if text.isascii() and text.isprintable():
        return text, []
    text, found = _decoded(path, text)

    def control(match: re.Match[str]) -> str:
        named = f"character U+{ord(match[0][0]):04X} is not allowed"
        found.append(Diagnostic("WF101", named, path, Span(*match.span()), "delete it"))
        return " " * len(match[0])

    def conflict(match: re.Match[str]) -> str:
        if match[0].startswith("<"):
            found.append(_unmerged(path, match))
        return " " * len(match[0])

    text = _CONTROL.sub(control, text)
    if "<<<<<<<" in text:
        text = _CONFLICT.sub(conflict, text)
    return (" " + text[1:] if text.startswith(BOM) else text), found


def _decoded(path: str, text: str) -> tuple[str, list[Diagnostic]]:
    """Return ``text`` without what is no UTF-8, which is reported once: one mend for the file."""
    broken = _NOT_UTF_8.search(text)
    if broken is None:
        return text, []
    if text.startswith(_UTF_16):
        message, span, cleaned = "the file is UTF-16", Span(0, 0), " " * len(text)
    else:
        message, span = f"byte 0x{ord(broken[0]) & 0xFF:02X} is not UTF-8", Span(*broken.span())
        cleaned = _NOT_UTF_8.sub(" ", text)
    return cleaned, [Diagnostic("WF101", message, path, span, "save the file as UTF-8")]


def _unmerged(path: str, match: re.Match[str]) -> Diagnostic:
    message = "a merge conflict stands here"
    return Diagnostic(
        "WF103", message, path, Span(*match.span()), "keep one side, delete the markers"
    )


def lossless(text: str, tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield ``tokens`` with all that stands between them: together they are ``text``."""
    at = 0
    for token in tokens:
        yield from _gap(text, at, token.start)
        yield token
        at = token.end
    yield from _gap(text, at, len(text))


def _gap(text: str, start: int, end: int) -> Iterator[Token]:
    while start < end:
        match = _GAP.match(text, start, end)
        stop = match.end() if match else end
        kind = Kind.COMMENT if text[start] == "#" else _TRIVIA.get(text[start], Kind.OTHER)
        yield Token(kind, start, stop)
        start = stop
