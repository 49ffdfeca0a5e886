"""Definitions: ``define:``, its parameters and its fields."""

from __future__ import annotations

import re

from gitwf.diagnostics import Span, nearest
from gitwf.language import habits, tree
from gitwf.language.directives import Directives
from gitwf.language.lexer import FLOW, REST, START
from gitwf.language.options import WORDS
from gitwf.language.token import Kind

TYPES = ("int", "float", "str", "bool", "path")
"""What a parameter may be declared as."""

VERBATIM_FIELDS = frozenset({"run", "desc"})
"""The fields that take the rest of their line as it stands."""

FIELDS = frozenset(
    {
        *VERBATIM_FIELDS,
        *("deps", "outs", "metrics", "plots", "outs_no_cache", "outs_persist"),
        *("metrics_no_cache", "params", "uses", "target", "env", "secrets", "effect"),
        *("wdir", "timeout", "retry"),
    }
)
"""The fields of a definition."""

_PARAMETER = re.compile(r"([A-Za-z_][A-Za-z0-9_]*+)(?>(?::(\w*+))?)(=?)")


_NAMED = re.compile(r"(?:\$|--?)?([A-Za-z_]\w*),?")
"""A parameter as it is called or as other languages list it: ``$name``, ``--name``, ``name,``."""
_CALLED = re.compile(r"/?([A-Za-z_][\w-]*)(\()?")


class Definitions(Directives):
    """The productions of definitions."""

    def definition(self) -> tree.Definition:
        """``"define:" "/" command-name { parameter } { BRANCH field "→" value }``."""
        start = self.start
        self.advance(START)
        name, name_span = self._defined_name()
        parameters = self._parameters()
        self.end_branch()
        fields: list[tree.DefinitionField] = []
        while self.kind is Kind.BRANCH and self.at_line_start():
            if field := self._field_line({field.name for field in fields}):
                fields.append(field)
        return tree.Definition(self.since(start), name, name_span, parameters, tuple(fields))

    def _defined_name(self) -> tuple[str, Span]:
        if self.kind is not Kind.COMMAND:
            return self._no_defined_name()
        span, name = Span(self.start, self.end), self.lexeme[1:]
        if other := re.search(r"[:/@.]", name):
            message = f"the name of a definition has no `{other[0]}`"
            self.report("WF103", message, span, "use `_` or `-`")
        self.advance()
        return name, span

    def _no_defined_name(self) -> tuple[str, Span]:
        """Fail for want of a name; one that is written otherwise is defined all the same."""
        written = _CALLED.match(self.text, self.start)
        name, bracket = written.groups() if written else ("", None)
        hint = "parameters stand behind the name, parted by spaces" if bracket else None
        return name, self.missing("a command's name: `define:/name`", hint).span

    def _parameters(self) -> tuple[tree.Parameter, ...]:
        """``{ parameter }``."""
        found: list[tree.Parameter] = []
        while self.kind in WORDS and not self.panics:
            parameter = self._parameter()
            if parameter is None:
                continue
            if any(other.name == parameter.name for other in found):
                message = f"parameter `{parameter.name}` is there twice"
                self.report("WF205", message, parameter.span)
            if found and found[-1].kind == "...":
                self.report(
                    "WF103", "`...` is the last parameter", found[-1].span, "move it to the end"
                )
            found.append(parameter)
        return tuple(found)

    def _parameter(self) -> tree.Parameter | None:
        """``name | name "=" word | name ":" type [ "=" word ] | "..."``."""
        start = self.start
        if self.lexeme == "...":
            self.advance()
            return tree.Parameter(self.since(start), "args", "...", None)
        match = _PARAMETER.match(self.text, start)
        if match is None:
            return self._refuse_parameter(start)
        name, kind, equals = match.groups()
        self.split(match.end())
        default = self._default() if equals else None
        if not equals and self.kind in WORDS and self.start == self.last:
            return self._refuse_parameter(start)
        if kind is not None and kind not in TYPES:
            self._unknown_type(kind, match)
            kind = None
        return tree.Parameter(self.since(start), name, kind, default)

    def _default(self) -> tree.Word:
        if self.kind in WORDS and self.start == self.last:
            return self.required("a default")
        return tree.Word(self.missing("a default after `=`", 'an empty one is `""`').span, ())

    def _refuse_parameter(self, start: int) -> tree.Parameter | None:
        """Report what is none; where its name can be seen it is there all the same."""
        self.required("a parameter")
        span = self.since(start)
        text = self.text[start : span.end]
        hint = "`name`, `name=default`, `name:type=default`, or `...` for the rest"
        self.report("WF103", f"`{text}` is not a parameter", span, hint)
        named = _NAMED.fullmatch(text)
        return tree.Parameter(span, named[1], None, None) if named else None

    def _unknown_type(self, kind: str, match: re.Match[str]) -> None:
        close = habits.TYPES.get(kind) or nearest(kind, TYPES)
        if not kind:
            self.fail("WF103", "expected a type behind the colon", Span(match.end(), match.end()))
            return
        hint = f"did you mean `{close}`?" if close else f"the types are {_listed(TYPES)}"
        self.report("WF103", f"unknown type `{kind}`", Span(*match.span(2)), hint)

    def _field_line(self, before: set[str]) -> tree.DefinitionField | None:
        """``BRANCH field "→" value``."""
        start = self.start
        self.advance()
        name, name_span = self._field_name()
        if name and name not in FIELDS:
            self._unknown_field(name, name_span)
        elif name in before:
            self.report("WF205", f"field `{name}` is there twice", name_span, "join the two lines")
        found = self._field_value(start, name, name_span)
        self.end_branch()
        return found

    def _field_name(self) -> tuple[str, Span]:
        """Take a field's name; a colon behind it stands where the arrow should."""
        name = self.lexeme.removesuffix(":")
        if name == self.lexeme or name not in FIELDS:
            return self.simple_name("a field: `run`, `deps`, `outs` …")
        self.split(self.end - 1)
        return name, Span(self.last - len(name), self.last)

    def _field_value(self, start: int, name: str, name_span: Span) -> tree.DefinitionField:
        text: tree.RunText | None = None
        words: tuple[tree.Word, ...] = ()
        if self.kind is not Kind.ARROW:
            self.missing(f"`→` and a value for `{name}`")
        elif name in VERBATIM_FIELDS:
            text = self._verbatim(name)
        else:
            self.advance(FLOW)
            words = self.words()
            if not words:
                self.missing(f"a value for `{name}`")
        return tree.DefinitionField(self.since(start), name, name_span, text, words)

    def _verbatim(self, name: str) -> tree.RunText:
        """Take the rest of the line, as it stands."""
        self.advance(REST)
        span, text = Span(self.start, self.end), self.lexeme
        self.advance()
        if not text:
            span = self.missing("a command line" if name == "run" else "a text").span
        return tree.RunText(span, text)

    def _unknown_field(self, name: str, span: Span) -> None:
        close = nearest(name, sorted(FIELDS))
        hint = f"did you mean `{close}`?" if close else f"the fields are {_listed(sorted(FIELDS))}"
        self.report("WF103", f"unknown field `{name}`", span, hint)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
