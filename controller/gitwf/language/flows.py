"""Flows: commands and groups, and what joins them."""

from __future__ import annotations

import re

from gitwf.diagnostics import Span
from gitwf.language import habits, lexer, tree
from gitwf.language.cursor import NESTING
from gitwf.language.expressions import Expressions
from gitwf.language.lexer import OPERAND, Mode
from gitwf.language.lookalikes import lookalike
from gitwf.language.token import Kind

_CHAINS = {Kind.AND: "&&", Kind.OR: "||"}
_COMMAND = rf"{lexer.COMMAND}(?![^\s;&|<>→])"
_REDIRECTS = frozenset({Kind.WRITE, Kind.APPEND})
FLOW_STARTS = frozenset({Kind.COMMAND, Kind.OPEN, Kind.BARRIER, Kind.DIRECTIVE})


class Flows(Expressions):
    """The productions of flows, but for the directives."""

    def begins_flow(self) -> bool:
        """Return whether a flow begins at the cursor."""
        return self.kind in FLOW_STARTS or self.text.startswith("/", self.start)

    def flow(self) -> tree.Flow:
        """``andor { "→" andor }``."""
        start = self.start
        left = self.andor()
        while self.arrow():
            self.operators += 1
            right = self.andor()
            left = tree.Chain(self.since(start), "→", left, right)
        return left

    def arrow(self, mode: Mode = OPERAND) -> bool:
        """Take an arrow, unless it is that before a ``catch:`` or ``finally:`` of an open try."""
        if self.kind is not Kind.ARROW:
            return False
        if self.tries and lexer.RESCUE.match(self.text, self.end):
            return False
        self.advance(mode)
        return True

    def arm(self, what: str = "what to run") -> tree.Flow:
        """``"→" arm``: an arrow that must be there, and an andor."""
        if not self.arrow():
            hint = habits.behind(self.text, self.start) if self.kind is Kind.OPEN else None
            return self.missing(f"`→` and {what}", hint)
        return self.andor()

    def andor(self) -> tree.Flow:
        """``pipeline { ( "&&" | "||" ) pipeline }``."""
        start = self.start
        left = self.pipeline()
        while (operator := _CHAINS.get(self.kind)) is not None:
            self.operators += 1
            self.advance(OPERAND)
            right = self.pipeline()
            left = tree.Chain(self.since(start), operator, left, right)
        return left

    def pipeline(self) -> tree.Flow:
        """``pipeline = unit { "|" unit }``."""
        start = self.start
        first = self.unit()
        if self.kind is not Kind.PIPE:
            return first
        parts = [first]
        while self.taken(Kind.PIPE, OPERAND):
            parts.append(self.unit())
        return tree.Pipeline(self.since(start), tuple(parts))

    def unit(self) -> tree.Flow:
        """``( command | group ) { redirect } | directive``."""
        kind = self.kind
        if kind is Kind.COMMAND:
            return self._redirected(self.command())
        if kind not in FLOW_STARTS:
            return self._no_unit()
        if self.depth >= NESTING:
            return self.nested_too_deeply()
        self.depth += 1
        found = self._redirected(self.group()) if kind is Kind.OPEN else self._directive()
        self.depth -= 1
        return found

    def _directive(self) -> tree.Flow:
        found = self.directive()
        if self.kind in _REDIRECTS:
            message = "a redirect cannot follow a directive"
            hint = "group the directive: `{ … } > result`"
            self.fail("WF103", message, Span(self.start, self.end), hint)
        return found

    def _no_unit(self) -> tree.Missing:
        here = Span(self.start, self.end)
        if self.kind is Kind.PLAIN or self.kind is Kind.WORD:
            here = self.word().span
            message, hint = habits.not_a_unit(self.text, here.start, here.end)
            return self.fail("WF103", message, here, hint)
        if self.kind is Kind.HANDLER or self.kind is Kind.ASSIGN:
            message = f"`{self.lexeme}` begins a statement of its own"
            return self.fail("WF103", message, here, "put it on its own line")
        if self.kind is Kind.VARIABLE:
            hint = f"`{self.lexeme} = …` sets it, `/echo {self.lexeme}` shows it"
            return self.fail("WF103", f"expected a command, found `{self.lexeme}`", here, hint)
        return self.bad_character() if self.kind is Kind.OTHER else self.missing("a command")

    def command(self) -> tree.Command:
        """``"/" name { ":" name } { word }``."""
        start = self.start
        name_span = Span(start, self.end)
        name = self.text[start + 1 : self.end]
        self.advance()
        words = self.words()
        if self.kind is Kind.OPEN or self.kind is Kind.READ:
            self._no_argument()
        if self.has_lookalikes:
            self._refuse_lookalikes(words)
        return tree.Command(self.since(start), name, name_span, words)

    def _no_argument(self) -> None:
        here = Span(self.start, self.end)
        if self.kind is Kind.READ:
            message = "a command does not read from a file by `<`"
            if document := habits.here_document(self.text, self.start):
                self.fail("WF103", message, here, "write the text into a file, and name it")
                self.skip(until=document.end())
                return
            self.fail(
                "WF103", message, here, "name the file as an argument, or pipe into the command"
            )
        else:
            message = "a group cannot be an argument"
            self.fail(
                "WF103", message, here, "quote the brace, or join the two by `;`, `&&` or `→`"
            )

    def _refuse_lookalikes(self, words: tuple[tree.Word, ...]) -> None:
        """Fail at the first word that begins as if it were an arrow or a quote."""
        for start in (word.span.start for word in words):
            if hint := lookalike(self.text, start):
                message = f"`{self.text[start]}` is only text here"
                self.fail("WF103", message, Span(start, start + 1), hint)
                self.skip()
                return

    def _redirected(self, unit: tree.Command | tree.Group) -> tree.Flow:
        """``( command | group ) { ( ">" | ">>" ) target }``."""
        if self.kind not in _REDIRECTS:
            return unit
        redirects: list[tree.Redirect] = []
        while self.kind in _REDIRECTS:
            if self._redirects_a_stream():
                return unit
            redirects.append(self._redirect())
        return tree.Redirected(self.since(unit.span.start), unit, tuple(redirects))

    def _redirects_a_stream(self) -> bool:
        """Fail at ``2>`` and the like; return whether that stands here."""
        stream = habits.stream(self.text, self.start - 1)
        if stream is None or self.last < self.start:
            return False
        message = "only a whole result is redirected, not one stream"
        hint = "standard error goes to the step's log; redirect it in a `run` line"
        self.fail("WF103", message, Span(*stream.span()), hint)
        self.split(stream.end())
        return True

    def _redirect(self) -> tree.Redirect:
        """``( ">" | ">>" ) ( name | "$" name | path )``."""
        start, append = self.start, self.kind is Kind.APPEND
        self.advance()
        if re.compile(_COMMAND).match(self.text, self.start):
            hint = "an arrow is `→` or `->`; a file is `./name`"
            self.fail("WF103", "a redirect does not go to a command", self.word().span, hint)
            return tree.Redirect(self.since(start), append, None, None)
        word = self.one_word("a variable's name or a path")
        if word is None:
            return tree.Redirect(self.since(start), append, None, None)
        variable = _variable(word)
        if variable is None and not _is_path(word):
            message = "a redirect goes to a variable's name or to a path"
            self.report("WF103", message, word.span, "a path has a `.` or a `/` in it: `./name`")
        path = word if variable is None else None
        return tree.Redirect(self.since(start), append, variable, path)

    def group(self) -> tree.Group:
        """``"{" [ statement { sep statement } [ sep ] ] "}"``."""
        opening = Span(self.start, self.end)
        panics, self.panics = self.panics, False
        tries, self.tries = self.tries, 0
        self.advance(OPERAND)
        body = self.block()
        if not self.taken(Kind.CLOSE):
            self._never_closed(opening)
        self.panics, self.tries = panics or self.panics, tries
        return tree.Group(self.since(opening.start), body)

    def _never_closed(self, brace: Span) -> None:
        """Report an open brace at the end of the text; of several the innermost."""
        if not self.closed_badly:
            self.report("WF104", "this brace is never closed", brace, "close it with `}`")
        self.closed_badly = True


def _variable(word: tree.Word) -> str | None:
    """Return the variable that a redirect's target names, or None."""
    match word.parts:
        case (tree.Literal(text=text, quote=tree.Quote.BARE),) if lexer.is_name(text):
            return text
        case (
            tree.Interpolation(expression=tree.Name(name=name, span=span), quote=tree.Quote.BARE),
        ):
            return name if span == word.span else None
        case _:
            return None


def _is_path(word: tree.Word) -> bool:
    """Return whether a ``.`` or ``/`` stands in the text of ``word``."""
    texts = (part.text for part in word.parts if isinstance(part, tree.Literal))
    return any("." in text or "/" in text for text in texts)
