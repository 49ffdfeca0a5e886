"""What stands between a directive's name and its arrow: conditions, counts and options."""

from __future__ import annotations

import re

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.flows import Flows
from gitwf.language.lexer import EXPRESSION, FLOW, NESTED
from gitwf.language.token import Kind
from gitwf.language.value import parse_number

WORDS = frozenset({Kind.PLAIN, Kind.VARIABLE, Kind.WORD})
"""The kinds of token that a word begins with."""

_KEY = re.compile(r"([A-Za-z_][\w\-]*):")
_WITH_EQUALS = re.compile(r"^(\w+)=(.+)$")
_IN_A_BAD_CONDITION = WORDS | {Kind.WRITE, Kind.APPEND, Kind.READ, Kind.OTHER}


class Options(Flows):
    """The productions that directives share."""

    def condition(self, *, after_arrow: bool = False) -> tree.Expression:
        """``expr``, up to an arrow or the end of its line."""
        found = self.expression(EXPRESSION, NESTED if after_arrow else None)
        return self.end_expression(found)

    def end_expression(self, found: tree.Expression) -> tree.Expression:
        """Return ``found``; what follows it is looked at as in a flow, in a panic after an arrow."""
        self.look(FLOW)
        if self.kind in _IN_A_BAD_CONDITION:
            self.no_operator()
        while self.kind in _IN_A_BAD_CONDITION:
            self.pass_over()
        return found

    def count(self) -> tree.Expression:
        """Parse a number, ``$name`` or ``${expr}``."""
        word = self.one_word("a number")
        match word.parts if word else ():
            case (tree.Interpolation(expression=expression, quote=tree.Quote.BARE),):
                return expression
            case (tree.Literal(text=text, span=span, quote=tree.Quote.BARE),) if text.isdecimal():
                return tree.Constant(span, parse_number(text))
            case ():
                return tree.Missing(self.since(self.last))
            case _:
                return self._bad_count(word)

    def _bad_count(self, word: tree.Word | None) -> tree.Missing:
        span = word.span if word else self.since(self.last)
        text = self.text[span.start : span.end]
        if text.startswith("/"):
            hint = "a number stands before the arrow: `fork:2 → /a & /b`"
            return self.fail("WF103", "expected a number", span, hint)
        least = " from 0 up" if text.startswith("-") else ""
        self.report("WF106", f"`{text}` is not a whole number{least}", span)
        return tree.Missing(span)

    def required(self, what: str) -> tree.Word:
        """``word``; an empty one where it is missing."""
        return self.one_word(what) or tree.Word(self.since(self.last), ())

    def simple_name(self, what: str) -> tuple[str, Span]:
        """Take a name of letters, digits, ``_`` and ``-``, with its place."""
        here = Span(self.start, self.end)
        name = self.lexeme
        if self.kind is Kind.PLAIN and re.fullmatch(r"[\w\-]+", name):
            self.advance()
            return name, here
        if self.kind in WORDS:
            span = self.required(what).span
            self.fail("WF103", f"expected {what}", span)
            return "", span
        return "", self.missing(what).span

    def options(self) -> tuple[tree.Option, ...]:
        """``{ key ":" word }``."""
        found: list[tree.Option] = []
        while self.kind in WORDS and not self.text.startswith("/", self.start):
            if match := _KEY.match(self.text, self.start):
                found.append(self._option(match))
            else:
                self._refuse_option()
        return tuple(found)

    def _refuse_option(self) -> None:
        span = self.required("an option").span
        word = self.text[span.start : span.end]
        mended = _WITH_EQUALS.sub(r"write `\1:\2`", word)
        hint = mended if mended != word else "an option is `key:value`, without spaces"
        self.report("WF106", f"`{word}` is not an option", span, hint)

    def _option(self, match: re.Match[str]) -> tree.Option:
        key_span = Span(match.start(1), match.end(1))
        self.split(match.end())
        if self.start == self.last and self.kind in WORDS:
            value = self.required("a value")
        else:
            value = tree.Word(self.missing(f"a value after `{match[0]}`").span, ())
        return tree.Option(self.since(key_span.start), match[1], key_span, value)
