r"""Where a value would stand in a line of `/bin/sh`, and how it is quoted there.

`scan` reads a script that has a hole for each value, the way a shell reads it (POSIX, Shell
Command Language, 2.2 and 2.3), and says for each hole whether it is bare, or in single or double
quotes. Where shells differ, or a value would be read once more by the shell, it refuses the hole.
Where it cannot even be certain how the line goes on, it refuses all that follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache

import msgspec

from gitwf.language.hole import HOLE, PLAIN, Hole, Refusal
from gitwf.language.tree import Quote


class Unclosed(msgspec.Struct, frozen=True):
    """Something opened at offset ``at`` of the script that has no end; ``what`` is what opens it."""

    at: int
    what: str


class Quoting(msgspec.Struct, frozen=True):
    """The holes of a script in order, and the first thing in it that is not closed."""

    holes: tuple[Hole, ...]
    unclosed: Unclosed | None


def scan(script: str) -> Quoting:
    """Return the places of all holes of ``script``."""
    scanner = _Scanner(script)
    scanner.run()
    return Quoting(tuple(scanner.holes), scanner.unclosed)


_PLAIN_BEFORE = re.compile(rf"[{PLAIN}={HOLE}]*")
# Neither `=` (an assignment) nor `<`, `>` or `(` may follow: `2>`, `f()`.
_PLAIN_AFTER = re.compile(rf"[{PLAIN}{HOLE}]*(?:[ \t\n;|)]|\Z)")
_WORD_ENDS = re.compile(r"[ \t\n;&|<>()]|\Z")
_SUBSCRIPT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\[[^]]*")


class _Frame(StrEnum):
    """What the scanner is inside of, named by what opens it."""

    COMMANDS = ""
    PAREN = "("
    SUBSTITUTION = "$("
    ARITHMETIC = "$(("
    ARITHMETIC_COMMAND = "(("
    TEST = "[["
    PARAMETER = "${"
    DOUBLE = '"'
    LOCALE = '$"'


_VARIABLE = "put it into a shell variable before: `x=$value; …`, and `$$x` there"
# A shell variable would be no mend here: bash evaluates what is in it.
_CALCULATE = "calculate in the value's own expression: `${a + 1}`"


def _inside(what: str, hint: str = _VARIABLE) -> Refusal:
    return Refusal(f"inside {what}, where its quoting is not certain", hint)


_REFUSING = {
    _Frame.SUBSTITUTION: _inside("`$(…)`"),
    _Frame.ARITHMETIC: _inside("`$((…))`", _CALCULATE),
    _Frame.ARITHMETIC_COMMAND: _inside("`((…))`", _CALCULATE),
    _Frame.TEST: Refusal(
        "inside `[[ … ]]`, which may evaluate it", "write `[ … ]`, which every shell has"
    ),
    _Frame.PARAMETER: _inside("`${…}`"),
    _Frame.LOCALE: _inside('`$"…"`'),
}
_IN_BACKQUOTES = _inside("backquotes")
_IN_ANSI = _inside("`$'…'`")
_IN_COMMENT = Refusal("in a comment", "leave it out there; a `#` in a word needs quotes")
_IN_SUBSCRIPT = Refusal(
    "in a subscript, which may be evaluated", "a bracket that is none needs quotes: `'['`"
)
_AFTER_HERE = Refusal("after `<<`, whose text a value could end", "use `printf '%s\\n' … |`")
_AFTER_DOLLAR = Refusal("directly after a `$`", r"write `\$` for a dollar sign")
_AFTER_NAME = Refusal("directly after a shell variable", "write `$${name}` for the variable")


def _after(shown: str) -> Refusal:
    return Refusal(f"after `{shown}`, which shells read in different ways", _VARIABLE)


_EXPANSIONS = (
    r"(?P<arithmetic>\$\(\()|(?P<substitution>\$\()|(?P<parameter>\$\{(?![ \t\n|]))|(?P<odd>\$[\[{])"
    r"|(?P<backquotes>`(?>(?:[^`\\]|\\.)*)(?P<backquotes_end>`)?)"
)
_ESCAPE = r"(?P<escape>\\.)"
_HOLE = rf"(?P<hole>{HOLE})"
_DOLLARS = rf"(?P<special>\$[$?!#*@0-9-])|(?P<dollar>\${HOLE})"

_COMMANDS = (
    rf"{_ESCAPE}|(?P<single>'[^']*+(?P<single_end>')?)"
    r"|(?P<ansi>\$'(?>(?:[^'\\]|\\.)*)(?P<ansi_end>')?)"
    rf"|(?P<locale>\$\")|(?P<double>\")|{_EXPANSIONS}|{_DOLLARS}|{_HOLE}"
    r"|(?P<here><<)|(?P<double_open>\(\()|(?P<open>\()|(?P<close>\))|(?P<boundary>[ \t\n;&|>]+|<)"
    r"|(?P<comment>\#[^\n]*)|(?P<test>\[\[)(?=[ \t\n])|(?P<test_end>\]\])|(?P<case>case)(?=[ \t\n])"
    r"|(?P<text>[\w./=:,+@%-]+|.)"
)
_DOUBLE = (
    rf"{_ESCAPE}|(?P<double_end>\")|{_EXPANSIONS}|{_DOLLARS}"
    rf"|(?P<name>\$[A-Za-z_][A-Za-z0-9_]*{HOLE})|{_HOLE}|(?P<text>[^\\\"$`{HOLE}]+|.)"
)
_PARAMETER = (
    rf"{_ESCAPE}|(?P<parameter_end>\}})|(?P<quote>['\"])|{_EXPANSIONS}|{_DOLLARS}|{_HOLE}"
    rf"|(?P<text>[^\\'\"$`}}{HOLE}]+|.)"
)
_QUOTED = {_Frame.DOUBLE: _DOUBLE, _Frame.LOCALE: _DOUBLE, _Frame.PARAMETER: _PARAMETER}


@cache
def _token_in(frame: _Frame) -> re.Pattern[str]:
    """Return what matches a token in ``frame``; compiling takes long, and few scripts need all."""
    return re.compile(_QUOTED.get(frame, _COMMANDS), re.DOTALL)


class _Open(msgspec.Struct, frozen=True):
    """A frame, where it was opened, and where the word around it begins."""

    frame: _Frame
    at: int
    word: int


class _Scanner:
    """Reads a script once, from left to right, with a stack of what is open."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.at = 0
        self.word = 0
        self.stack: list[_Open] = []
        self.holes: list[Hole] = []
        self.doubt: Refusal | None = None
        self.unclosed: Unclosed | None = None

    def run(self) -> None:
        """Read to the end, or to where it is not certain how to read on."""
        while self.at < len(self.script) and not self.doubt and not self.unclosed:
            token = _token_in(self._frame).match(self.script, self.at)
            if token is None or token.lastgroup is None:  # every pattern matches any text
                raise AssertionError(self.script)
            self.at = token.end()
            if token.lastgroup != "text":
                _HANDLERS.get(token.lastgroup, _Scanner.held)(self, token)
        if self.stack and not self.doubt and not self.unclosed:
            self._report_open()
        self.holes += [Hole(None, self.doubt)] * self.script.count(HOLE, self.at)

    @property
    def _frame(self) -> _Frame:
        return self.stack[-1].frame if self.stack else _Frame.COMMANDS

    @property
    def _is_arithmetic(self) -> bool:
        frames = (o.frame for o in reversed(self.stack) if o.frame is not _Frame.PAREN)
        return next(frames, None) in {_Frame.ARITHMETIC, _Frame.ARITHMETIC_COMMAND}

    def _report_open(self) -> None:
        quotes = [o for o in self.stack if o.frame in _REFUSING or o.frame is _Frame.DOUBLE]
        if quotes:
            self.unclosed = Unclosed(quotes[0].at, quotes[0].frame.value)

    def _push(self, frame: _Frame, at: int) -> None:
        self.stack.append(_Open(frame, at, self.word))
        self.word = self.at

    def pop(self, _: object = None) -> None:
        self.word = self.stack.pop().word

    def _add(self, count: int, quote: Quote | None, refusal: Refusal | None = None) -> None:
        """Add holes; what they stand inside of may refuse them whatever they are themselves."""
        if not count:
            return
        outer = next((_REFUSING[o.frame] for o in self.stack if o.frame in _REFUSING), refusal)
        self.holes += [Hole(None if outer else quote, outer)] * count

    # -- tokens of commands --------------------------------------------------------------------

    def held(self, token: re.Match[str]) -> None:
        """Take what is of no interest but for the holes that it may hold; bare text holds none."""
        self._add(token[0].count(HOLE), None, _AFTER_DOLLAR)

    def hole(self, token: re.Match[str]) -> None:
        if self._frame in _QUOTED:
            self._add(1, Quote.DOUBLE)
            return
        before = self.script[self.word : token.start()]
        if _SUBSCRIPT.fullmatch(before):
            self._add(1, None, _IN_SUBSCRIPT)
        elif any(o.frame in _REFUSING for o in self.stack):
            self._add(1, None)
        else:
            alone = not before and _WORD_ENDS.match(self.script, self.at) is not None
            plain = _PLAIN_BEFORE.fullmatch(before) and _PLAIN_AFTER.match(self.script, self.at)
            self.holes.append(Hole(Quote.BARE, None, alone, plain is not None))

    def delimited(self, token: re.Match[str]) -> None:
        """Take what has its end in the token: ``'…'``, ``$'…'`` and backquotes."""
        kind = token.lastgroup or ""
        if token[f"{kind}_end"] is None:
            self.unclosed = Unclosed(token.start(), token[0][: 2 if kind == "ansi" else 1])
        elif kind == "ansi" and r"\'" in token[0]:
            self.doubt = _after(r"$'…\'…'")
        refusal = {"backquotes": _IN_BACKQUOTES, "ansi": _IN_ANSI}.get(kind)
        self._add(token[0].count(HOLE), None if refusal else Quote.SINGLE, refusal)

    def open(self, token: re.Match[str]) -> None:
        self._push(_OPENS[token.lastgroup or ""], token.start())

    def double_open(self, token: re.Match[str]) -> None:
        if token.start() == self.word and not self._is_arithmetic:
            self._push(_Frame.ARITHMETIC_COMMAND, token.start())
        else:
            self.at = token.start() + 1
            self._push(_Frame.PAREN, token.start())

    def close(self, _: re.Match[str]) -> None:
        if self._frame is _Frame.SUBSTITUTION:
            self.pop()
        elif self._frame in {_Frame.ARITHMETIC, _Frame.ARITHMETIC_COMMAND}:
            self._close_arithmetic()
        else:
            if self._frame is _Frame.PAREN:
                self.pop()
            self.word = self.at

    def _close_arithmetic(self) -> None:
        """Take the second parenthesis; without it these were commands in parentheses."""
        if self.script.startswith(")", self.at):
            self.at += 1
            self.pop()
        elif self.at < len(self.script):
            self.doubt = _after("((")

    def boundary(self, _: re.Match[str]) -> None:
        self.word = self.at

    def here(self, _: re.Match[str]) -> None:
        if not self._is_arithmetic:
            self.doubt = _AFTER_HERE
        self.word = self.at

    def odd(self, token: re.Match[str]) -> None:
        """Take bash's ``$[…]`` and ``${ …}``, which other shells do not have."""
        self.doubt = _after(token[0])

    def comment(self, token: re.Match[str]) -> None:
        if token.start() != self.word:
            self.at = token.start() + 1
        elif self._is_arithmetic:
            self.doubt = _after("#")
            self.at = token.start()
        else:
            self._add(token[0].count(HOLE), None, _IN_COMMENT)

    def test(self, token: re.Match[str]) -> None:
        if token.start() == self.word and not self._is_arithmetic:
            self._push(_Frame.TEST, token.start())

    def test_end(self, token: re.Match[str]) -> None:
        if token.start() == self.word and self._frame is _Frame.TEST:
            self.pop()

    def case(self, token: re.Match[str]) -> None:
        nested = any(o.frame is _Frame.SUBSTITUTION for o in self.stack)
        if token.start() == self.word and nested:
            self.doubt = _after("case")

    # -- tokens of double quotes and parameters ------------------------------------------------

    def name(self, _: re.Match[str]) -> None:
        self._add(1, None, _AFTER_NAME)

    def quote(self, token: re.Match[str]) -> None:
        """Take a quote inside ``${…}``. In double quotes shells read it in different ways."""
        frames = (o.frame for o in reversed(self.stack) if o.frame is not _Frame.PARAMETER)
        if next(frames, None) in {_Frame.DOUBLE, _Frame.LOCALE}:
            self.doubt = _after("\"${…'")
        elif self.script[token.start() - 1] == "$":
            self.doubt = _after("${…$'")
        elif token[0] == '"':
            self._push(_Frame.DOUBLE, token.start())
        else:
            end = self.script.find("'", self.at)
            if end < 0:
                self.unclosed = Unclosed(token.start(), "'")
            else:
                self._add(self.script.count(HOLE, self.at, end), None)
                self.at = end + 1


_OPENS = {
    "double": _Frame.DOUBLE,
    "locale": _Frame.LOCALE,
    "arithmetic": _Frame.ARITHMETIC,
    "substitution": _Frame.SUBSTITUTION,
    "parameter": _Frame.PARAMETER,
    "open": _Frame.PAREN,
}
_HANDLERS: Mapping[str, Callable[[_Scanner, re.Match[str]], None]] = {
    "single": _Scanner.delimited,
    "ansi": _Scanner.delimited,
    "backquotes": _Scanner.delimited,
    "hole": _Scanner.hole,
    "double_open": _Scanner.double_open,
    "close": _Scanner.close,
    "boundary": _Scanner.boundary,
    "here": _Scanner.here,
    "odd": _Scanner.odd,
    "comment": _Scanner.comment,
    "test": _Scanner.test,
    "test_end": _Scanner.test_end,
    "case": _Scanner.case,
    "name": _Scanner.name,
    "quote": _Scanner.quote,
    "double_end": _Scanner.pop,
    "parameter_end": _Scanner.pop,
    **dict.fromkeys(_OPENS, _Scanner.open),
}
