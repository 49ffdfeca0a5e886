"""Statements, and the lines that they stand in."""

from __future__ import annotations

import re

from gitwf.diagnostics import Span, nearest
from gitwf.language import habits, tree
from gitwf.language.definitions import Definitions
from gitwf.language.height import is_too_high
from gitwf.language.lexer import EXPRESSION, START
from gitwf.language.options import WORDS
from gitwf.language.recovery import BLOCK_ENDS, LINE_ENDS, SEPARATORS
from gitwf.language.token import Kind

EVENTS = ("commit", "tag", "schedule", "manual")
"""What a trigger waits for."""

_MANY_OPERATORS = 100
_OPENERS = (tree.Missing, tree.Case, tree.Trigger, tree.Assignment)
"""What a statement is read as that is another language's, and may have lines below it."""


class Statements(Definitions):
    """The productions of statements and blocks."""

    _begun = False

    def block(self) -> tree.Block:
        """``[ statement { sep statement } [ sep ] ]``, line by line."""
        start = self.last
        lines: list[tree.Line] = []
        while self.kind not in BLOCK_ENDS:
            if self.kind is Kind.NEWLINE:
                self.advance(START)
            elif self.kind is Kind.BRANCH:
                self._stray_branch()
            else:
                lines.append(self._line())
        span = Span(lines[0].span.start, lines[-1].span.end) if lines else Span(start, start)
        return tree.Block(span, tuple(lines))

    def _stray_branch(self) -> None:
        here = Span(self.start, self.end)
        hint = "a branch stands in the lines below a `case:` or `define:`"
        if not self.at_line_start():
            hint = "an arrow is `→` or `->`"
        self.fail("WF108", "branch mark outside of a case or a definition", here, hint)
        self.end_statement()

    def _line(self) -> tree.Line:
        """``statement { ( ";" | "&" ) statement }``, up to a newline."""
        start = self.start
        items = [self._item()]
        while self.kind not in LINE_ENDS:
            items.append(self._item())
        return tree.Line(self.since(start), tuple(items))

    def _item(self) -> tree.Item:
        """``statement [ ";" | "&" ]``."""
        start = self.start
        if not self.depth:
            self.operators = 0
        statement = self._statement()
        if self.operators > _MANY_OPERATORS and not self.depth and is_too_high(statement):
            hint = "part it with newlines, or make groups of it"
            statement = self.fail("WF103", "too many operators in a row", statement.span, hint)
        lost = self.panics and isinstance(statement, _OPENERS)
        self.end_statement()
        if lost:
            self.pass_over_block(start)
        span = self.since(start)
        background = self.kind is Kind.BACKGROUND
        if self.kind in SEPARATORS:
            self.advance(START)
        return tree.Item(span, statement, background)

    def _statement(self) -> tree.Statement:
        """``use | trigger | definition | handler | assignment | flow``."""
        if self.kind is Kind.DIRECTIVE and not self.depth:
            match self.lexeme:
                case "use:":
                    return self._use()
                case "on:":
                    return self._trigger()
                case _:
                    pass
        self._begun = True
        if self.kind is Kind.ASSIGN:
            return self._assignment()
        if self.kind is Kind.HANDLER:
            return self._handler()
        if self.kind is Kind.DIRECTIVE and not self.depth and self.lexeme == "define:":
            return self.definition()
        if self.kind in WORDS and (match := habits.assignment(self.text, self.start)):
            return self._foreign_assignment(match)
        return self.flow()

    def _use(self) -> tree.Use:
        """``"use:" path``, before anything but other uses and triggers."""
        start = self.start
        if self._begun:
            here = Span(start, self.end)
            self.report("WF103", "`use:` stands at the top of a file", here, "move it up")
        self.advance()
        word = self.required("a path")
        match word.parts:
            case (tree.Literal(text=text),):
                path = text
            case _:
                path = ""
                self.fail("WF103", "expected a path, without values", word.span)
        return tree.Use(self.since(start), path, word.span)

    def _trigger(self) -> tree.Trigger:
        """``"on:" ( "commit" | "tag" | "schedule" | "manual" ) { option }``."""
        start = self.start
        self.advance()
        event, span = self.simple_name("an event: `commit`, `tag`, `schedule` or `manual`")
        if event and event not in EVENTS:
            close = habits.EVENTS.get(event) or nearest(event, EVENTS)
            hint = (
                f"did you mean `{close}`?" if close else "`commit`, `tag`, `schedule` or `manual`"
            )
            self.report("WF103", f"unknown event `{event}`", span, hint)
        options = self.options()
        return tree.Trigger(self.since(start), event, options)

    def _handler(self) -> tree.Handler:
        """``( "on_failure" | "on_success" | "on_exit" ) "→" flow``."""
        start, kind = self.start, self.lexeme
        self.advance()
        flow = self.flow() if self.arrow() else self.missing("`→` and what to run")
        return tree.Handler(self.since(start), kind, flow)

    def _foreign_assignment(self, match: re.Match[str]) -> tree.Assignment:
        """Read ``x = 1`` and the like, which fail, as what they mean: the name is set."""
        start = self.start
        span = self.word().span
        message = f"expected a command, found `{self.text[start : span.end]}`"
        lost = self.fail("WF103", message, span, habits.assigned(match))
        return tree.Assignment(span, match["name"], span, lost)

    def _assignment(self) -> tree.Assignment:
        """``"$" name "=" ( expr | flow )``."""
        start = self.start
        name = self.lexeme[1:-1].rstrip()
        name_span = Span(start, start + 1 + len(name))
        self.advance(START)
        value: tree.Expression | tree.Flow
        if self.begins_flow():
            value = self.flow()
        else:
            value = self.end_expression(self.expression(EXPRESSION))
        return tree.Assignment(self.since(start), name, name_span, value)
