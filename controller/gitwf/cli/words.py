"""Reads command lines that are plainly right; all others are typer's, which takes longer to start.

So a command need not wait for typer, and help and mistakes have one place that words them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gitwf.cli.parameter import Command, Option, Parameter, parameters


class _UnclearError(Exception):
    """These words are typer's to read."""


def read(command: Command, words: Sequence[str]) -> dict[str, object] | None:
    """Return the arguments that ``words`` give ``command``, or None where typer has to look."""
    taken = parameters(command)
    try:
        given = _sorted(words, taken)
        return {p.name: _value(p, given[p.name]) for p in taken if _is_given(p, given)}
    except _UnclearError:
        return None


def _sorted(words: Sequence[str], taken: Sequence[Parameter]) -> dict[str, list[str]]:
    """Return by the names of parameters the words that are theirs."""
    options = {n: p for p in taken if isinstance(p.how, Option) for n in p.how.names}
    given: dict[str, list[str]] = defaultdict(list)
    placed: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            placed.append(word)
            continue
        name, equals, text = word.partition("=") if word.startswith("--") else (word, "", "")
        if (option := options.get(name)) is None or (equals and option.is_flag):
            raise _UnclearError
        if not option.is_flag and not equals:
            text = next(rest, "-")
        if text.startswith("-"):
            raise _UnclearError
        given[option.name].append(text)
    return given | _by_place(placed, [p for p in taken if not isinstance(p.how, Option)])


def _by_place(words: list[str], places: Sequence[Parameter]) -> dict[str, list[str]]:
    given = {}
    for place in places:
        count = len(words) if place.many else 1
        given[place.name], words = words[:count], words[count:]
    if words:
        raise _UnclearError
    return given


def _is_given(parameter: Parameter, given: Mapping[str, list[str]]) -> bool:
    if given.get(parameter.name):
        return True
    if parameter.is_required:
        raise _UnclearError
    return False


def _value(parameter: Parameter, texts: Sequence[str]) -> object:
    if parameter.is_flag:
        return True
    try:
        values = [parameter.convert(text) for text in texts]
    except ValueError:
        raise _UnclearError from None
    least = parameter.how.least if isinstance(parameter.how, Option) else None
    if least is not None and any(isinstance(v, int) and v < least for v in values):
        raise _UnclearError
    return values if parameter.many else values[-1]
