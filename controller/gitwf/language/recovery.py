"""Recovery: how the parser finds its way to the next statement after an error."""

from __future__ import annotations

from gitwf.diagnostics import Span
from gitwf.language import habits, tree
from gitwf.language.blocks import block_end
from gitwf.language.cursor import Cursor
from gitwf.language.lexer import FLOW, START
from gitwf.language.token import Kind

SEPARATORS = frozenset({Kind.SEMICOLON, Kind.BACKGROUND})
"""What parts the statements of a line."""

BLOCK_ENDS = frozenset({Kind.END, Kind.CLOSE})
"""What ends a file or a group."""

LINE_ENDS = frozenset({*BLOCK_ENDS, Kind.NEWLINE, Kind.BRANCH})
"""What ends a line of statements."""

_STATEMENT_ENDS = frozenset({*SEPARATORS, Kind.CLOSE, Kind.NEWLINE})


class Recovery(Cursor):
    """Ends of statements, and what is passed over to reach them."""

    def end_statement(self) -> None:
        """End a statement: what still stands there is reported, and passed over."""
        self._end(branches=True)
        self.look(START)

    def end_branch(self) -> None:
        """End a line of a case or a definition, as `end_statement` ends a statement."""
        self._end(branches=False)

    def _end(self, *, branches: bool) -> None:
        if self.kind not in SEPARATORS and self.kind not in LINE_ENDS:
            self._expected_end()
        if self.panics:
            self.skip(branches=branches)
            self.panics = False

    def _expected_end(self) -> None:
        if self.kind is Kind.OTHER:
            self.bad_character()
        else:
            here = Span(self.start, max(self.end, self.start + 1))
            hint = habits.behind(self.text, self.start)
            self.fail("WF103", "expected the end of the statement", here, hint)

    def bad_character(self) -> tree.Missing:
        """Fail because of white space that separates nothing, such as a no-break space."""
        message = f"character U+{ord(self.lexeme):04X} is not allowed"
        return self.fail("WF101", message, Span(self.start, self.end), "write a plain space")

    def nested_too_deeply(self) -> tree.Missing:
        """Fail because of what stands at the cursor, and pass over the whole of it."""
        hint = "make a command of a part of it"
        lost = self.fail("WF103", "nested too deeply", Span(self.start, self.end), hint)
        self.skip()
        self.closed_badly = True
        return lost

    def skip(self, *, branches: bool = True, until: int = 0) -> None:
        """Pass over the rest of a statement, groups as a whole; over its ``branches`` too.

        What ends a statement before ``until`` is part of it.
        """
        self.look(FLOW)
        open_braces = 0
        while self.kind is not Kind.END:
            ends = self.start >= until or self.kind is Kind.CLOSE
            if not open_braces and ends and self._statement_ends(branches=branches):
                return
            open_braces += (self.kind is Kind.OPEN) - (self.kind is Kind.CLOSE)
            self.pass_over()

    def _statement_ends(self, *, branches: bool) -> bool:
        return self.kind in _STATEMENT_ENDS or (self.kind is Kind.BRANCH and not branches)

    def pass_over_block(self, start: int) -> None:
        """Pass over the rest of the block that a statement of another language began."""
        end = block_end(self.text, start)
        if end > self.start:
            self.skip(until=end)
            self.look(START)

    def pass_over(self) -> None:
        """Take a token of a flow, a word as a whole."""
        if self.kind is Kind.WORD:
            self.word()
        else:
            self.advance()
