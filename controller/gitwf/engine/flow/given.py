"""The counts, durations and options of a directive, once its variables have values."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from gitwf.duration import parse_duration
from gitwf.language import tree
from gitwf.language.check import form
from gitwf.language.check.options import OPTIONS
from gitwf.language.evaluate import evaluate
from gitwf.language.expand import text_of
from gitwf.language.scope import EvaluationError, Scope
from gitwf.language.value import to_text


class Given:
    """The options that a directive was given, as text.

    Raises:
        EvaluationError: if one is not of the form that it must have.
    """

    def __init__(self, directive: str, options: Iterable[tree.Option], scope: Scope) -> None:
        forms = OPTIONS[directive]
        self.texts = {
            option.key: _text(f"{option.key}:", option.value, forms[option.key], scope)
            for option in options
        }

    def text(self, key: str, default: str) -> str:
        """Return an option as it was given."""
        return self.texts.get(key, default)

    def whole(self, key: str, default: int) -> int:
        """Return an option that is a whole number."""
        return int(Decimal(self.texts.get(key, str(default))))

    def duration(self, key: str) -> float | None:
        """Return an option that is a duration, in seconds, or None where it was not given."""
        return parse_duration(self.texts[key]) if key in self.texts else None


def count(directive: str, expression: tree.Expression, scope: Scope, takes: form.Form) -> int:
    """Return the count of a directive.

    Raises:
        EvaluationError: if it is none.
    """
    text = to_text(evaluate(expression, scope))
    return int(Decimal(_checked(directive, text, takes, expression)))


def seconds(directive: str, word: tree.Word, scope: Scope) -> float:
    """Return the duration of a directive, in seconds.

    Raises:
        EvaluationError: if it is none.
    """
    return parse_duration(_text(directive, word, form.DURATION, scope)) or 0.0


def _text(what: str, word: tree.Word, takes: form.Form, scope: Scope) -> str:
    return _checked(what, text_of(word, scope), takes, word)


def _checked(what: str, text: str, takes: form.Form, node: tree.Node) -> str:
    if not takes.accepts(text):
        raise EvaluationError(f"`{what}` takes {takes.name}, not `{text}`", node.span)
    return text
