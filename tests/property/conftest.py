"""Programs of the whole grammar, in every layout that the language allows; and a run without records."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from gitwf.engine.unit.outcome import Failure, Output
from gitwf.language.value import Value
from gitwf.records.event import Body, Event

Choice = str | Callable[[], str]

_SPACE = (" ", " ", "  ", "\t", " \\\n  ", "\r \\\r\n\t")
_MAYBE = ("", "", " ", "  ")
_FREE = ("", " ", "\n  ", " # why\n", "\n\n# why\n\n\n  # and why\n", " \\\n ", "\\\n", "\r\n")
_NEWLINE = ("\n", "\n\n\n", "\n# why\n\n  # and why\n", "\r\n", "\n\t# why\n")
_LINE_END = (*_NEWLINE, "  # why\n", " ;\n", "\\\n\n")
_BEFORE_BRANCH = ("\n", "\n  ", " # why\n", "\n\n   # why\n \t")
_BARE = ("a", "0.10", "--name=b", "a#b", "a\\ b", "$$", "a\\\nb", "é", "{}", "-", "a:b", "[x]")
_STRINGS = ("''", "'a $b'", '""', '"n=$n"', '"a ${ $x+1 } \\" # b"', '"→ -> é"')
_OPERANDS = ("x", "$x", "best_1", "not_so", "0.10", "1e-5", "true", "1 .x", "$true", "x.not")
_ARITHMETIC = (" + ", "-", " *", "/ ", "%", " ?? ", " and ", "||", " or ")
_COMPARISONS = ("==", " != ", "<", " >= ", " in ", " not  in ", " matches ")
_RUN_LINES = ("a  b", "x \\\n    --y  \\\n\tz", "# \\\\", "$$x->y", "x \\\n")


class _Author:
    """Writes what the grammar has, each production by one method, as it is drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one(self, *choices: Choice) -> str:
        choice = self._draw(st.sampled_from(choices))
        return choice if isinstance(choice, str) else choice()

    def many(self, part: Callable[[], str], *by: Choice, least: int = 0, most: int = 3) -> str:
        text = ""
        for number in range(self._draw(st.integers(least, most))):
            text += (self.one(*by) if number else "") + part()
        return text

    def maybe(self, *choices: Choice) -> str:
        return self.one("", lambda: self.one(*choices))

    @property
    def space(self) -> str:
        return self.one(*_SPACE)

    @property
    def blank(self) -> str:
        return self.one(*_MAYBE)

    @property
    def free(self) -> str:
        return self.one(*_FREE)

    def operator(self, *operators: str) -> str:
        return self.free + self.one(*operators) + self.free

    def then(self) -> str:
        return self.operator("→", "->")

    def comma(self) -> str:
        return self.blank + "," + self.blank

    # -- expressions and words -----------------------------------------------------------------

    def inline(self, depth: int = 2) -> str:
        """Write an expression that stands on one line."""
        if not depth:
            return self.one(*_OPERANDS, *_STRINGS)

        def inner() -> str:
            return self.inline(depth - 1)

        def group() -> str:
            return f"({self.blank}{inner()}{self.blank})"

        return self.one(
            inner,
            lambda: self.one("-", "- ", "!", "not ") + group(),
            lambda: group() + self.one(*_ARITHMETIC) + group(),
            lambda: f"({group()}{self.one(*_COMPARISONS)}{group()})",
            lambda: f"f{self.blank}({self.many(inner, self.comma)})",
            lambda: f"[{self.many(inner, self.comma)}{self.blank}]",
            lambda: group() + self.blank + self.one(".x", ". not", "[ 0 ]", "['k']"),
        )

    def embedded(self) -> str:
        return "${" + self.blank + self.inline(1) + self.blank + "}"

    def expression(self) -> str:
        """Write an expression that may go on on further lines, in brackets."""
        return self.one(
            self.inline,
            self.embedded,
            lambda: f"({self.free}{self.inline()}{self.operator('&&', '||')}{self.inline()})",
            lambda: f"[{self.free}{self.inline()},{self.free}{self.inline()}{self.maybe(',')}\n]",
            lambda: f"f([{self.free}{self.inline()}{self.free}]{self.blank})",
            lambda: f"({self.inline()}){self.space}+{self.space}({self.inline()})",
        )

    def word(self) -> str:
        return self.one(
            *_BARE,
            "$x",
            lambda: self.many(lambda: self.one(*_BARE, *_STRINGS, self.embedded), "", least=1),
            lambda: '"x"' + self.one("\\\n", "\\\r\n\\\n"),
        )

    def simple_word(self) -> str:
        return self.one("a", "'b c'", "${x}", "src/**", "$x")

    def options(self) -> str:
        return self.many(
            lambda: self.space + self.one("delay:", "max:") + self.simple_word(), "", most=2
        )

    # -- flows ---------------------------------------------------------------------------------

    def command(self) -> str:
        return self.one("/a", "/b:c", "/d-e") + self.many(lambda: self.space + self.word(), "")

    def redirects(self) -> str:
        target = ("x", "$x", "a.json", '"./b c"')
        return self.maybe(lambda: self.space + self.one(">", ">>") + self.blank + self.one(*target))

    def unit(self, depth: int) -> str:
        return (
            self.one(self.command, *([lambda: self.group(depth - 1)] * (depth > 0)))
            + self.redirects()
        )

    def chain(self, depth: int) -> str:
        """Write units, with nothing between them that reaches further than its arm."""
        return self.many(
            lambda: self.unit(depth), lambda: self.operator("&&", "||", "|", "→", "->"), least=1
        )

    def flow(self, depth: int) -> str:
        if not depth:
            return self.command() + self.redirects()
        return self.one(
            lambda: self.chain(depth),
            lambda: self.directive(depth - 1),
            lambda: "{ " + self.directive(depth - 1) + "\n} &\n/z",
        )

    def group(self, depth: int) -> str:
        def statement() -> str:
            return self.one(
                lambda: self.flow(depth),
                lambda: f"$x{self.blank}={self.space}{self.flow(depth)}",
                lambda: f"on_failure{self.then()}{self.flow(depth)}",
            )

        body = self.many(statement, *_LINE_END, " ; ", ";")
        end = self.one(" ", "\n", "\n# why\n", *([" ;\n"] * bool(body)))
        return "{" + self.one(" ", "\n", " # why\n", " \\\n") + body + end + "}"

    def directive(self, depth: int) -> str:
        def arm() -> str:
            return self.then() + self.one(
                lambda: self.unit(depth), lambda: self.directive_arm(depth)
            )

        return self.one(
            lambda: f"if:{self.blank}{self.expression()}{arm()}{self.maybe(arm)}",
            lambda: f"case:{self.blank}{self.expression()}{self.branches(arm)}",
            lambda: f"retry:{self.blank}{self.one('3', '$n', '${ n }')}{self.options()}{arm()}",
            lambda: f"timeout:{self.blank}{self.one('5s', '$t')}{self.options()}{arm()}",
            lambda: f"fork:2{self.options()}{arm()}{self.further_branches(depth)}",
            lambda: f"sweep:{self.blank}{self.many(self.axis, *_SPACE, least=1)}{arm()}",
            lambda: f"droid:{self.blank}d-1{self.options()}{self.then()}{self.command()}",
            lambda: f"barrier{self.options()}{self.maybe(lambda: self.then() + 'x')}{arm()}",
            lambda: f"state:{self.blank}save{self.then()}a.json",
            lambda: f"context:{self.blank}c{self.then()}$a{self.comma()}$b{arm()}",
            lambda: f"try:{self.blank}{self.unit(depth)}{self.rescues()}",
            lambda: f"target:{self.blank}local{self.options()}{arm()}",
        )

    def directive_arm(self, depth: int) -> str:
        return self.directive(depth - 1) if depth > 0 else self.command()

    def branches(self, arm: Callable[[], str]) -> str:
        def branch() -> str:
            pattern = self.many(
                lambda: self.one("a", "*", "'b c'", "1", "x\\\ny"), self.comma, least=1
            )
            return self.mark() + pattern + arm()

        return self.many(branch, "", least=1)

    def mark(self) -> str:
        return self.one(*_BEFORE_BRANCH) + self.one("↳", "=>") + self.blank

    def further_branches(self, depth: int) -> str:
        return self.many(lambda: f"{self.space}&{self.free}{self.unit(depth)}", "")

    def axis(self) -> str:
        return "s=" + self.many(self.simple_word, self.comma, least=1)

    def rescues(self) -> str:
        catch = self.then() + self.one("catch:", "catch: ") + self.command()
        return catch + self.maybe(lambda: f"{self.then()}finally:{self.blank}{self.command()}")

    # -- files ---------------------------------------------------------------------------------

    def definition(self) -> str:
        parameters = self.one("", " x", " y=1  z:int s:str='' ...", "\ty=${x}")
        words = self.many(self.simple_word, *_SPACE, least=1)
        fields = (
            f"run→{self.blank}{self.one(*_RUN_LINES)}",
            f"desc ->{self.blank}what  it → does",
            f"deps{self.blank}→{self.blank}{words}",
        )
        written = "".join(self.one("", self.mark() + field) for field in fields)
        return f"define:{self.blank}/a{parameters}{written}"

    def statement(self) -> str:
        return self.one(
            lambda: self.flow(2),
            lambda: f"$x{self.blank}={self.blank}{self.expression()}",
            lambda: f"on_exit{self.then()}{self.flow(1)}",
            self.definition,
            lambda: f"on:{self.blank}commit{self.options()}",
        )

    def file(self) -> str:
        use = self.many(lambda: f"use:{self.blank}a.wf{self.one(*_LINE_END)}", "", most=2)
        statements = self.many(self.statement, *_NEWLINE)
        return (
            self.one("", "\ufeff", "# why\n", "\n\n")
            + use
            + statements
            + self.one("", *_NEWLINE, "  # why", "\\")
        )


@st.composite
def _program(draw: st.DrawFn) -> str:
    return _Author(draw).file()


Programs = st.SearchStrategy[str]


@pytest.fixture(scope="session")
def programs() -> Programs:
    """Texts of workflow files that have no errors."""
    return _program()


class Nowhere:
    """Neither records nor remembers anything."""

    def variable_set(self, step: str, name: str, value: Value) -> None: ...

    def variable(self, _step: str, _name: str) -> tuple[Value] | None:
        return None

    def write(self, step: str, path: str, output: Output, *, append: bool) -> None: ...

    def timer(self, _step: str, seconds: float) -> float:
        return seconds

    def stopped(self, step: str, failure: Failure) -> None: ...

    def stop_of(self, _step: str) -> Failure | None:
        return None

    def reached(self, _step: str) -> bool:
        return False

    def reached_before(self, _step: str, _stop: Failure) -> bool:
        return False

    def emit(self, body: Body, _extra: object = None) -> Event:
        return Event("", "", 0, None, body)

    def keep(self, path: str) -> None: ...

    def find(self, _path: str) -> bytes | None:
        return None


@pytest.fixture(scope="session")
def nowhere() -> Nowhere:
    """What a run is given that is neither recorded nor remembered."""
    return Nowhere()
