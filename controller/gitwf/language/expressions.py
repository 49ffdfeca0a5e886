"""Expressions, by precedence climbing."""

from __future__ import annotations

from decimal import Decimal

from gitwf.diagnostics import Span
from gitwf.language import habits, tree
from gitwf.language.cursor import NESTING
from gitwf.language.lexer import INLINE, NESTED, Mode
from gitwf.language.token import Kind
from gitwf.language.value import Number, parse_number
from gitwf.language.words import Words

_OR, _AND, _NOT, _COMPARE, _DEFAULT, _ADD, _MULTIPLY = range(1, 8)
_BINDS = {
    "or": _OR,
    "||": _OR,
    "and": _AND,
    "&&": _AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in", "matches"), _COMPARE),
    "??": _DEFAULT,
    **dict.fromkeys(("+", "-"), _ADD),
    **dict.fromkeys(("*", "/", "%"), _MULTIPLY),
}
_SPELLED = {"||": "or", "&&": "and"}
_LITERALS = {"true": True, "false": False, "null": None}


class Expressions(Words):
    """The productions of expressions."""

    def expression(self, mode: Mode, first: Mode | None = None) -> tree.Expression:
        """``expr``, in ``mode``; its first token is looked at in mode ``first``."""
        outer = self.inside
        self.inside = mode
        self.look(first or mode)
        found = self._binary(_OR)
        self.inside = outer
        return found

    def _binary(self, level: int) -> tree.Expression:
        """``operand { operator operand }`` of operators that bind at ``level`` or tighter."""
        start = self.start
        left: tree.Expression = self._operand(level)
        while (operator := self._operator()) and (binds := _BINDS[operator]) >= level:
            self.operators += 1
            self._take_operator(operator)
            right = self._binary(binds + 1)
            left = tree.Binary(self.since(start), _SPELLED.get(operator, operator), left, right)
            if binds == _COMPARE and _BINDS.get(self._operator() or "") == _COMPARE:
                hint = "join two comparisons with `and`"
                left = self.fail("WF107", "comparisons do not chain", self._here(), hint)
        return left

    def _operator(self) -> str | None:
        return " ".join(self.lexeme.split()) if self.kind is Kind.OPERATOR else None

    def _take_operator(self, operator: str) -> None:
        goes_on = operator in _SPELLED and self.inside is not INLINE
        self.advance(NESTED if goes_on else self.inside)

    def _operand(self, level: int) -> tree.Expression:
        """``"not" operand``, ``"-" operand``, ``"!" operand`` or a primary with what follows it."""
        if self.depth >= NESTING:
            return self.fail("WF103", "nested too deeply", self._here())
        self.depth += 1
        start, lexeme = self.start, self.lexeme
        found: tree.Expression
        if lexeme == "not" and self.kind is Kind.NAME and level <= _NOT:
            self.advance(self.inside)
            operand = self._binary(_NOT)
            found = tree.Unary(self.since(start), "not", operand)
        elif lexeme in {"-", "!"} and self.kind in {Kind.OPERATOR, Kind.PUNCTUATION}:
            self.advance(self.inside)
            found = self._signed(start, lexeme)
        else:
            found = self._postfix(start, self._primary())
        self.depth -= 1
        return found

    def _signed(self, start: int, sign: str) -> tree.Expression:
        literal = self.kind is Kind.NUMBER
        operand = self._operand(_MULTIPLY)
        span = self.since(start)
        match operand:
            case tree.Constant(value=Number() as number) if literal and sign == "-":
                negative = Number(number.decimal.copy_negate(), f"-{number.spelling}")
                return tree.Constant(span, negative)
            case _:
                return tree.Unary(span, "not" if sign == "!" else sign, operand)

    def _postfix(self, start: int, found: tree.Expression) -> tree.Expression:
        """``primary { "." name | "[" expr "]" }``."""
        while self.kind is Kind.PUNCTUATION and self.lexeme in {".", "["}:
            self.operators += 1
            if self.lexeme == ".":
                found = self._field(start, found)
            else:
                index = self._enclosed("]")[:1] or (self._expected("an index"),)
                found = tree.Index(self.since(start), found, index[0])
        return found

    def _field(self, start: int, target: tree.Expression) -> tree.Expression:
        self.advance(self.inside)
        if self.kind is not Kind.NAME:
            return self._expected("a field's name")
        name = self.lexeme
        self.advance(self.inside)
        return tree.Field(self.since(start), target, name)

    def _primary(self) -> tree.Expression:
        """Parse a literal, a variable, a call, a list or an expression in parentheses."""
        match self.kind:
            case Kind.NAME:
                return self._named()
            case Kind.VARIABLE:
                name = tree.Name(self._here(), self.lexeme[1:])
                self.advance(self.inside)
                return name
            case Kind.NUMBER:
                return self._number()
            case Kind.SINGLE | Kind.UNTERMINATED | Kind.QUOTE:
                return self._string()
            case Kind.EMBED:
                return self.embedded(self.inside)
            case Kind.PUNCTUATION if self.lexeme in {"(", "["}:
                return self._bracketed()
            case _:
                return self._no_value()

    def _named(self) -> tree.Expression:
        span, name = self._here(), self.lexeme
        if name == "not":
            return self._expected("a value")
        self.advance(self.inside)
        if name in _LITERALS:
            return tree.Constant(span, _LITERALS[name])
        if self.kind is Kind.PUNCTUATION and self.lexeme == "(":
            arguments = self._enclosed(")")
            return tree.Call(self.since(span.start), name, span, arguments)
        return tree.Name(span, name)

    def _number(self) -> tree.Expression:
        span, spelled = self._here(), self.lexeme
        number = parse_number(spelled)
        if number is None:
            self.report("WF106", f"`{spelled}` is not a number", span)
            number = Number(Decimal(0), "0")
        self.advance(self.inside)
        return tree.Constant(span, number)

    def _string(self) -> tree.Expression:
        start = self.start
        if self.kind is not Kind.QUOTE:
            text = self.single_quoted(self.inside)
            return tree.Constant(self.since(start), text)
        parts = tuple(self.double_quoted(self.inside))
        span = self.since(start)
        match parts:
            case (tree.Literal(text=text),):
                return tree.Constant(span, text)
            case _:
                return tree.Interpolated(span, parts)

    def _bracketed(self) -> tree.Expression:
        """``"(" expr ")"`` or ``"[" [ expr { "," expr } ] "]"``."""
        start, opening = self.start, self.lexeme
        if opening == "[":
            items = self._enclosed("]")
            return tree.ListOf(self.since(start), items)
        items = self._enclosed(")")
        return items[0] if len(items) == 1 else self._expected("one value in the parentheses")

    def _enclosed(self, closing: str) -> tuple[tree.Expression, ...]:
        """Parse what stands, parted by commas, between a bracket and ``closing``."""
        outer = self.inside
        self.inside = INLINE if outer is INLINE else NESTED
        self.advance(self.inside)
        items: list[tree.Expression] = []
        while self.lexeme != closing:
            items.append(self._binary(_OR))
            if self.lexeme != ",":
                break
            self.advance(self.inside)
        self.inside = outer
        if self.kind is Kind.PUNCTUATION and self.lexeme == closing:
            self.advance(outer)
        elif habits.comparison(self.text, self.start):
            self.no_operator()
        else:
            self._expected(f"`{closing}`")
        return tuple(items)

    def no_operator(self) -> tree.Missing:
        """Fail because of what stands behind an expression, and is none of its operators."""
        here = Span(self.start, self.start + 1)
        hint = habits.behind(self.text, self.start)
        return self._foreign_comparison(self.start) or self.fail(
            "WF107", "expected an operator", here, hint
        )

    def _no_value(self) -> tree.Missing:
        """Fail for want of a value, perhaps because of an operator that begins as one of ours."""
        return (
            self._foreign_comparison(self.last - 1, least=2)
            or self._foreign_comparison(self.last - 2, least=3)
            or self._expected("a value", habits.no_value(self.text, self.start))
        )

    def _foreign_comparison(self, at: int, least: int = 1) -> tree.Missing | None:
        """Fail where a comparison of another language stands, of so many characters at least."""
        found = habits.comparison(self.text, at) if at >= 0 else None
        if found is None or len(found[0]) < least:
            return None
        symbol, hint = found
        span = Span(at, at + len(symbol))
        return self.fail("WF107", f"`{symbol}` does not compare", span, hint)

    def _expected(self, what: str, hint: str | None = None) -> tree.Missing:
        return self.fail("WF107", f"expected {what}", Span(self.last, self.last), hint)

    def _here(self) -> Span:
        return Span(self.start, self.end)
