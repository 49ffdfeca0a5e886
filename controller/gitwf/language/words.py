"""Words: text, quotes and values that stand together."""

from __future__ import annotations

import re

from gitwf.diagnostics import Span
from gitwf.language import habits, tree
from gitwf.language.lexer import FLOW, INLINE, LIST_PIECES, PIECES, QUOTED, Mode
from gitwf.language.recovery import Recovery
from gitwf.language.token import Kind
from gitwf.language.tree import Quote

_TEXT = frozenset({Kind.TEXT, Kind.ESCAPE, Kind.OTHER})
_ESCAPED = {"\\n": "\n", "\\t": "\t"}
_FIELD = re.compile(r"(?:\.[A-Za-z_]\w*|\[[^\]\s\"']*\]?)+")


class Words(Recovery):
    """The productions of words."""

    def words(self) -> tuple[tree.Word, ...]:
        """``{ word }``, up to what is none."""
        found: list[tree.Word] = []
        while True:
            if self.kind is Kind.PLAIN:
                found.append(self.plain())
            elif self.kind is Kind.VARIABLE or self.kind is Kind.WORD:
                found.append(self.word())
            else:
                return tuple(found)

    def plain(self) -> tree.Word:
        """Take a word that is nothing but bare text."""
        span = Span(self.start, self.end)
        text = self.text[self.start : self.end]
        self.advance()
        return tree.Word(span, (tree.Literal(span, text),))

    def one_word(self, what: str) -> tree.Word | None:
        """``word``, or None after failing for want of it."""
        if self.kind is Kind.PLAIN:
            return self.plain()
        if self.kind is Kind.VARIABLE or self.kind is Kind.WORD:
            return self.word()
        self.missing(what)
        return None

    def word(self, pieces: Mode = PIECES) -> tree.Word:
        """``word``: pieces up to white space, an operator or, in a list, a comma."""
        start = self.position = self.start
        self.look(pieces)
        parts: list[tree.Part] = []
        while self.kind is not Kind.END and self.kind is not Kind.COMMA:
            parts += self._piece(pieces)
        span = self.since(start)
        self.look(FLOW)
        return tree.Word(span, tuple(parts))

    def word_list(self, what: str) -> tuple[tree.Word, ...]:
        """``word { "," word }``."""
        found: list[tree.Word] = []
        while self.kind in {Kind.PLAIN, Kind.VARIABLE, Kind.WORD}:
            word = self.word(LIST_PIECES)
            if not word.parts:
                break
            found.append(word)
            if not self.text.startswith(",", self.start):
                return tuple(found)
            self.kind = Kind.COMMA
            self.split(self.start + 1)
        self.missing(what)
        return tuple(found)

    def _piece(self, pieces: Mode) -> list[tree.Part]:
        if self.kind in _TEXT:
            return [self._text(pieces, Quote.BARE)]
        if self.kind is Kind.SINGLE or self.kind is Kind.UNTERMINATED:
            return [self._single(pieces)]
        if self.kind is Kind.QUOTE:
            return self.double_quoted(pieces)
        return [self._value(pieces, Quote.BARE)]

    def _text(self, pieces: Mode, quote: Quote) -> tree.Literal:
        start = self.start
        text: list[str] = []
        while self.kind in _TEXT:
            lexeme = self.lexeme
            text.append(_meant(lexeme, quote) if self.kind is Kind.ESCAPE else lexeme)
            self.advance(pieces)
        return tree.Literal(self.since(start), "".join(text), quote)

    def _single(self, after: Mode) -> tree.Literal:
        return tree.Literal(Span(self.start, self.end), self.single_quoted(after), Quote.SINGLE)

    def single_quoted(self, after: Mode) -> str:
        """``'…'``: its text as it stands."""
        text = self.lexeme[1:]
        if self.kind is Kind.UNTERMINATED:
            self._unterminated(self.start, self.end)
        else:
            text = text[:-1]
        self.advance(after)
        return text

    def double_quoted(self, after: Mode) -> list[tree.Part]:
        """``"…"`` with its values; one empty literal where there is nothing in it."""
        start = self.start
        parts: list[tree.Part] = []
        self.advance(QUOTED)
        while self.kind is not Kind.QUOTE and self.kind is not Kind.END:
            if self.kind in _TEXT:
                parts.append(self._text(QUOTED, Quote.DOUBLE))
            else:
                parts.append(self._value(QUOTED, Quote.DOUBLE))
        if not self.taken(Kind.QUOTE, after):
            self._unterminated(start, self.last)
            self.look(after)
        return parts or [tree.Literal(self.since(start), "", Quote.DOUBLE)]

    def _value(self, pieces: Mode, quote: Quote) -> tree.Interpolation:
        """``$name`` or ``${ expr }``."""
        start = self.start
        if self.kind is Kind.VARIABLE:
            name = tree.Name(Span(start, self.end), self.lexeme[1:])
            self._refuse_field()
            self.advance(pieces)
            return tree.Interpolation(name.span, name, quote)
        expression = self.embedded(pieces)
        return tree.Interpolation(self.since(start), expression, quote)

    def _refuse_field(self) -> None:
        """Report ``$name.x`` and ``$name[``, which could be the field or the text."""
        tail = _FIELD.match(self.text, self.end)
        if tail is None:
            return
        name = self.lexeme[1:]
        field = f"{name}{tail[0]}" if "]" in tail[0] or "[" not in tail[0] else f"{name}[…]"
        hint = f"`${{{field}}}` is the field, `${{{name}}}{tail[0]}` the text"
        span = Span(self.start, tail.end())
        self.report("WF112", f"`${name}{tail[0]}` could be the field or the text", span, hint)

    def embedded(self, after: Mode) -> tree.Expression:
        """``"${" expr "}"``, which ends on its line."""
        start = self.start
        self.advance(INLINE)
        expression = self.expression(INLINE)
        if self.kind is Kind.PUNCTUATION and self.lexeme == "}":
            self.advance(after)
        else:
            self._embedded_ends_badly(start, after)
        return expression

    def _embedded_ends_badly(self, start: int, after: Mode) -> None:
        line_end = self.text.find("\n", self.last)
        line_end = len(self.text) if line_end < 0 else line_end
        close = self.text.find("}", self.last, line_end)
        if close < 0:
            hint = "close it with `}` on its line"
            self.fail("WF102", "unterminated `${`", Span(start, start + 2), hint)
        else:
            here, default = Span(self.start, self.end), habits.no_end(self.text, self.start)
            self.report("WF107", "expected an operator or `}`", here, default)
        self.position = self.last = line_end if close < 0 else close + 1
        self.look(after)

    def _unterminated(self, start: int, end: int) -> None:
        self.fail("WF102", "unterminated quote", Span(start, end), "close it on its line")


def _meant(escape: str, quote: Quote) -> str:
    """Return what an escape stands for; in a bare word a newline after a backslash is nothing."""
    if quote is Quote.DOUBLE:
        return _ESCAPED.get(escape, escape[1:])
    return "" if escape.endswith("\n") else escape[1:]
