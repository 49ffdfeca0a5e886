"""Words to values, texts and arguments (`docs/language.md`, sections 2 and 4)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.evaluate import evaluate, interpolate
from gitwf.language.scope import Scope
from gitwf.language.value import Value, to_text, word_value


class Argument(msgspec.Struct, frozen=True):
    """One word as a command gets it, with the place of the word that it came from."""

    value: Value
    span: Span

    @property
    def text(self) -> str:
        """The argument as text."""
        return to_text(self.value)


def value_of(word: tree.Word, scope: Scope) -> Value:
    """Return the value of a word.

    A value that stands alone without quotes is that value. A quoted word is a string. Any other
    word is a number, true, false or null where its text spells one, else a string.

    Raises:
        EvaluationError: if an expression in it has no value.
    """
    if (expression := lone_expression(word)) is not None:
        return evaluate(expression, scope)
    text = interpolate(word.parts, scope)
    return word_value(text, quoted=any(part.quote != tree.Quote.BARE for part in word.parts))


def text_of(word: tree.Word, scope: Scope) -> str:
    """Return the text of a word, as one text whatever its values are.

    Raises:
        EvaluationError: if an expression in it has no value.
    """
    return interpolate(word.parts, scope)


def arguments(words: Iterable[tree.Word], scope: Scope) -> tuple[Argument, ...]:
    """Return the arguments that ``words`` give: one each, but one an item for a list alone.

    Raises:
        EvaluationError: if an expression in them has no value.
    """
    return tuple(argument for word in words for argument in _arguments(word, scope))


def _arguments(word: tree.Word, scope: Scope) -> Iterable[Argument]:
    value = value_of(word, scope)
    items = value if isinstance(value, list) and lone_expression(word) is not None else [value]
    return (Argument(item, word.span) for item in items)


def lone_expression(word: tree.Word) -> tree.Expression | None:
    """Return the expression of a word that is one unquoted ``$name`` or ``${…}``, or None."""
    match word.parts:
        case (tree.Interpolation(quote=tree.Quote.BARE) as part,):
            return part.expression
        case _:
            return None


def literal_value(word: tree.Word) -> tuple[Value] | None:
    """Return the value of a word that holds no expression (in a tuple: it may be null), or None."""
    literals = [part for part in word.parts if isinstance(part, tree.Literal)]
    if len(literals) < len(word.parts):
        return None
    quoted = any(part.quote != tree.Quote.BARE for part in literals)
    return (word_value("".join(part.text for part in literals), quoted=quoted),)
