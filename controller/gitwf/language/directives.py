"""Directives: ``if:``, ``case:``, ``retry:`` and the others that take arrows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from gitwf.diagnostics import Span, nearest
from gitwf.language import habits, tree
from gitwf.language.lexer import EXPRESSION, LIST, OPERAND, RESCUE, START
from gitwf.language.lookalikes import branch_mark
from gitwf.language.options import WORDS, Options
from gitwf.language.token import Kind

_AXIS = re.compile(r"([A-Za-z_]\w*)=")
_AXIS_NAME = re.compile(r"[A-Za-z_]\w*")
_RESCUES = ("catch", "finally")
_BEFORE_RESCUES = frozenset({Kind.ARROW, Kind.NEWLINE})
_STATEMENTS = ("use", "on", "define")
_SPECIAL = re.compile(r"[*?\[\]]")
_ESCAPED = re.compile(r"\$\$|(?>(?:\\\r*+\n)+)|\\.", re.DOTALL)


class Directives(Options):
    """The productions of directives."""

    def directive(self) -> tree.Flow:
        """One of the directives, by the name before its colon."""
        if self.kind is Kind.BARRIER:
            return self.barrier()
        name = self.lexeme[:-1]
        parse = _DIRECTIVES.get(name)
        return parse(self) if parse else self._unknown(name)

    def _unknown(self, name: str) -> tree.Missing:
        here = Span(self.start, self.end)
        if name in _RESCUES:
            message = f"`{name}:` without a `try:`"
            lost = self.fail("WF103", message, here, f"`try: /a → {name}: /b`")
        elif name in _STATEMENTS:
            message = f"`{name}:` begins a statement of its own"
            lost = self.fail("WF103", message, here, "put it on its own line, outside of groups")
        else:
            hint = habits.DIRECTIVES.get(name) or _did_you_mean(name)
            lost = self.fail("WF105", f"unknown directive `{name}:`", here, hint)
        self.advance()
        self.words()
        return lost

    def if_(self) -> tree.If:
        """``"if:" expr "→" arm [ "→" arm ]``."""
        start = self.start
        self.advance(EXPRESSION)
        condition = self.condition()
        then = self.arm()
        otherwise = self.andor() if self.arrow() else None
        return tree.If(self.since(start), condition, then, otherwise)

    def case(self) -> tree.Case:
        """``"case:" expr { BRANCH pattern { "," pattern } "→" flow }``."""
        start = self.start
        self.advance(EXPRESSION)
        subject = self.condition()
        if self.kind is not Kind.BRANCH:
            hint = branch_mark(self.text, self._resume)
            self.missing("a branch: `↳ pattern → /command`", hint)
        elif not self.at_line_start():
            message = "a branch begins a line of its own"
            self.fail("WF108", message, Span(self.start, self.end))
        branches: list[tree.Branch] = []
        while self.kind is Kind.BRANCH and self.at_line_start():
            branches.append(self._branch())
        return tree.Case(self.since(start), subject, tuple(branches))

    def _branch(self) -> tree.Branch:
        """``BRANCH pattern { "," pattern } "→" flow``."""
        start = self.start
        self.advance()
        patterns = tuple(self._pattern(word) for word in self.word_list("a pattern"))
        flow = self.flow() if self.arrow() else self.missing("`→` and what to run")
        self.end_branch()
        return tree.Branch(self.since(start), patterns, flow)

    def _pattern(self, word: tree.Word) -> tree.Pattern:
        quoted = all(_is_quoted(part) for part in word.parts)
        text = ""
        for part in word.parts:
            if isinstance(part, tree.Interpolation):
                hint = "compare with `if:` instead"
                self.report("WF103", "a pattern holds no values", part.span, hint)
            elif quoted:
                text += part.text
            else:
                text += self._glob(part)
        return tree.Pattern(word.span, text, quoted)

    def _glob(self, part: tree.Literal) -> str:
        """Return the glob that matches ``part``, with what is quoted or escaped in brackets."""
        if _is_quoted(part):
            return _SPECIAL.sub(r"[\g<0>]", part.text)
        written = self.text[part.span.start : part.span.end]
        return _ESCAPED.sub(_escaped_glob, written)

    def retry(self) -> tree.Retry:
        """``"retry:" count { option } "→" arm``."""
        start = self.start
        self.advance()
        count = self.count()
        options = self.options()
        arm = self.arm()
        return tree.Retry(self.since(start), count, options, arm)

    def timeout(self) -> tree.Timeout:
        """``"timeout:" duration { option } "→" arm``."""
        start = self.start
        self.advance()
        duration = self.required("a duration: `30s`, `5m`, `1h30m`")
        options = self.options()
        arm = self.arm()
        return tree.Timeout(self.since(start), duration, options, arm)

    def fork(self) -> tree.Fork:
        """``"fork:" count { option } "→" arm { "&" arm }``."""
        start = self.start
        self.advance()
        count = self.count()
        options = self.options()
        branches = [self.arm()]
        while self.taken(Kind.BACKGROUND, OPERAND):
            if self.kind is Kind.END or self.kind is Kind.CLOSE:
                hint = "to put the whole fork in the background, group it: `{ fork:… } &`"
                branches.append(self.missing("another branch after `&`", hint))
                break
            branches.append(self.andor())
        return tree.Fork(self.since(start), count, options, tuple(branches))

    def sweep(self) -> tree.Sweep:
        """``"sweep:" axis { axis } { option } "→" arm``."""
        start = self.start
        self.advance()
        axes: list[tree.Axis] = []
        while self.kind in WORDS and (match := _AXIS.match(self.text, self.start)):
            axes.append(self._axis(match))
        if not axes:
            axes.append(self._no_axis())
        options = self.options()
        arm = self.arm()
        return tree.Sweep(self.since(start), tuple(axes), options, arm)

    def _no_axis(self) -> tree.Axis:
        """Fail for want of an axis; a name that stands there is set all the same."""
        name = _AXIS_NAME.match(self.text, self.start)
        lost = self.missing("an axis: `name=value,value`")
        return tree.Axis(lost.span, name[0] if name else "", lost.span, ())

    def _axis(self, match: re.Match[str]) -> tree.Axis:
        """``name "=" value { "," value }``."""
        self.split(match.end())
        values = self.word_list("a value")
        self._refuse_axis_in(values)
        self._refuse_brackets(values)
        name = match[1]
        name_span = Span(match.start(1), match.end(1))
        return tree.Axis(self.since(name_span.start), name, name_span, values)

    def _refuse_axis_in(self, values: tuple[tree.Word, ...]) -> None:
        for start in (value.span.start for value in values[1:]):
            if self.text[start - 1] != "," and (match := _AXIS.match(self.text, start)):
                hint = "no comma between them: `sweep:a=1,2 b=3,4`"
                self.report("WF103", "axes are parted by spaces", Span(*match.span()), hint)

    def _refuse_brackets(self, values: tuple[tree.Word, ...]) -> None:
        """Report a list in brackets: they would belong to its first and its last value."""
        written = [self.text[value.span.start : value.span.end] for value in values] or [""]
        first, last = written[0], written[-1]
        if first.startswith("[") and "]" not in first and last.endswith("]"):
            hint = "leave the brackets out: `sweep:a=1,2`"
            span = Span(values[0].span.start, values[-1].span.end)
            self.report("WF103", "values are parted by commas, without brackets", span, hint)

    def droid(self) -> tree.Droid:
        """``"droid:" name { option } "→" command``."""
        start = self.start
        self.advance()
        name, name_span = self.simple_name("a droid's name")
        options = self.options()
        command: tree.Command | tree.Missing
        if self.arrow() and self.kind is Kind.COMMAND:
            command = self.command()
        else:
            command = self.missing("`→` and a command for the droid")
        return tree.Droid(self.since(start), name, name_span, options, command)

    def barrier(self) -> tree.Barrier:
        """``"barrier" { option } [ "→" expr ] [ "→" arm ]``."""
        start = self.start
        self.advance()
        options = self.options()
        condition: tree.Expression | None = None
        arm: tree.Flow | None = None
        if self.arrow():
            if self.begins_flow():
                arm = self.andor()
            else:
                condition = self.condition(after_arrow=True)
                arm = self.andor() if self.arrow() else None
        return tree.Barrier(self.since(start), options, condition, arm)

    def state(self) -> tree.State:
        """``"state:" ( "save" | "load" ) "→" path``."""
        start = self.start
        self.advance()
        action, span = self.simple_name("`save` or `load`")
        if action not in {"save", "load"}:
            self.fail("WF103", "expected `save` or `load`", span)
        if self.arrow(LIST):
            path = self.required("a path")
        else:
            path = tree.Word(self.missing("`→` and a path").span, ())
        return tree.State(self.since(start), action, path)

    def context(self) -> tree.Context:
        """``"context:" name "→" "$" name { "," "$" name } "→" arm``."""
        start = self.start
        self.advance()
        name, name_span = self.simple_name("a context's name")
        names: tuple[tree.Name, ...] = ()
        if self.arrow(LIST):
            names = tuple(self._context_name(word) for word in self.word_list("`$name`"))
        else:
            self.missing("`→` and the context's names: `$a, $b`")
        arm = self.arm()
        return tree.Context(self.since(start), name, name_span, names, arm)

    def _context_name(self, word: tree.Word) -> tree.Name:
        match word.parts:
            case (tree.Interpolation(expression=tree.Name() as name, quote=tree.Quote.BARE),):
                return name
            case _:
                self.report("WF103", "expected a variable: `$name`", word.span)
                return tree.Name(word.span, "")

    def try_(self) -> tree.Try:
        """``"try:" flow [ "→" "catch:" flow ] [ "→" "finally:" flow ]``, at least one of the two."""
        start = self.start
        self.advance(START)
        self.tries += 1
        body = self.flow()
        catch = self._rescue("catch")
        final = self._rescue("finally")
        self.tries -= 1
        if catch is None and final is None:
            self.missing("`→ catch:` or `→ finally:`")
        return tree.Try(self.since(start), body, catch, final)

    def _rescue(self, word: str) -> tree.Flow | None:
        """``"→" word ":" flow``, or None where something else stands."""
        rescue = RESCUE.match(self.text, self.end)
        if self.kind not in _BEFORE_RESCUES or rescue is None or rescue[1] != word:
            return None
        if self.kind is Kind.NEWLINE:
            here = Span(rescue.start(1), rescue.end())
            self.report("WF103", f"expected `→` before `{word}:`", here, f"`→ {word}:`")
        self.advance(OPERAND)
        self.advance(START)
        return self.flow()

    def target(self) -> tree.Target:
        """``"target:" word { option } "→" arm``."""
        start = self.start
        self.advance()
        target = self.required("a target")
        options = self.options()
        arm = self.arm()
        return tree.Target(self.since(start), target, options, arm)


def _is_quoted(part: tree.Part) -> bool:
    return isinstance(part, tree.Literal) and part.quote is not tree.Quote.BARE


def _escaped_glob(match: re.Match[str]) -> str:
    escape = match[0]
    return "" if escape.endswith("\n") else _SPECIAL.sub(r"[\g<0>]", escape[1:])


def _did_you_mean(name: str) -> str | None:
    close = nearest(name, [*_DIRECTIVES, *_RESCUES, *_STATEMENTS])
    return f"did you mean `{close}:`?" if close else f"a command is written `/{name}`"


_DIRECTIVES: Mapping[str, Callable[[Directives], tree.Flow]] = {
    "if": Directives.if_,
    "case": Directives.case,
    "retry": Directives.retry,
    "timeout": Directives.timeout,
    "fork": Directives.fork,
    "sweep": Directives.sweep,
    "droid": Directives.droid,
    "state": Directives.state,
    "context": Directives.context,
    "try": Directives.try_,
    "target": Directives.target,
}
