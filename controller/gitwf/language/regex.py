"""Regular expressions for `matches`, in time linear in the text.

Python's own engine goes back and tries again, and a pattern such as ``(a+)+b`` makes it try for
longer than the universe lasts. A workflow file must not be able to stop its controller, so here a
pattern becomes a nondeterministic automaton whose states are followed side by side (K. Thompson,
"Regular Expression Search Algorithm", 1968), as in RE2 and Go. The syntax is Python's, without
what such an automaton cannot do or a match of the whole text does not need: references back, look
around, groups by name, boundaries, flags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

MAX_PATTERN = 1_000
"""The longest pattern, in characters."""

MAX_STATES = 10_000
"""The largest automaton; counted repeats such as ``{1000}`` multiply what they repeat."""

MAX_WORK = 4_000_000
"""The most that states and characters of the text may multiply to: a few seconds at the worst."""

_MAX_NESTING = 100
_MAX_KEPT = 100_000
_CLASS = r"(?s)\[\^?\]?(?:\\.|[^\]\\])*\]"
_ESCAPE = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[dDsSwWntrfv]|[^a-zA-Z0-9])"
_COUNT = r"(?a)\{(\d+)(?:(,)(\d*))?\}|\{,(\d+)\}"


class RegexError(ValueError):
    """A pattern is not one that `fullmatch` knows."""


def fullmatch(pattern: str, text: str) -> bool:
    """Return whether ``pattern`` matches the whole of ``text``.

    Raises:
        RegexError: if the pattern is malformed, too large, or needs what is left out here.
    """
    return _automaton(pattern).accepts(text)


Test = Callable[[str], object]


class _Automaton:
    """Epsilon moves and one test a state; state 0 is accepting, the fragment's entry starts."""

    def __init__(self) -> None:
        self.tests: list[Test | None] = [None]
        self.moves: list[list[int]] = [[]]
        self.start = 0
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def state(self, moves: Iterable[int], test: Test | None = None) -> int:
        """Add a state: one that takes a character by ``test``, or one that takes none."""
        if len(self.tests) >= MAX_STATES:
            raise RegexError("it repeats too much")
        self.tests.append(test)
        self.moves.append(list(moves))
        return len(self.tests) - 1

    def accepts(self, text: str) -> bool:
        """Return whether the automaton takes ``text``, following all states at once."""
        if len(text) * len(self.tests) > MAX_WORK:
            raise RegexError("the text is too long for it")
        states = self._closure([self.start])
        for character in text:
            states = self._step(states, character)
            if not states:
                return False
        return 0 in states

    def _step(self, states: frozenset[int], character: str) -> frozenset[int]:
        key = (states, character)
        found = self._steps.get(key)
        if found is None:
            if len(self._steps) * len(self.tests) > _MAX_KEPT:
                self._steps.clear()
            found = self._closure(
                move
                for state in states
                if (test := self.tests[state]) and test(character)
                for move in self.moves[state]
            )
            self._steps[key] = found
        return found

    def _closure(self, states: Iterable[int]) -> frozenset[int]:
        """Return the states that are reached without a character, those only passed left out."""
        found: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state not in found:
                found.add(state)
                if self.tests[state] is None:
                    waiting += self.moves[state]
        return frozenset(s for s in found if s == 0 or self.tests[s])


Fragment = Callable[[int], int]
"""Adds the states of a part of a pattern in front of a state, and returns where they begin."""


@lru_cache(maxsize=16)
def _automaton(pattern: str) -> _Automaton:
    if len(pattern) > MAX_PATTERN:
        raise RegexError(f"it is longer than {MAX_PATTERN} characters")
    automaton = _Automaton()
    automaton.start = _Parser(pattern, automaton).parse()(0)
    return automaton


class _Parser:
    """Recursive descent over a pattern; it adds to the automaton once a fragment is called."""

    def __init__(self, pattern: str, automaton: _Automaton) -> None:
        self.pattern = pattern
        self.automaton = automaton
        self.at = 0
        self.depth = 0

    def parse(self) -> Fragment:
        """``pattern = alternatives``, to the end."""
        fragment = self._alternatives()
        if self.at < len(self.pattern):
            raise RegexError(f"`)` at {self.at + 1} closes nothing")
        return fragment

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _match(self, what: str) -> re.Match[str] | None:
        return re.compile(what).match(self.pattern, self.at)

    def _alternatives(self) -> Fragment:
        """``alternatives = sequence { "|" sequence }``."""
        branches = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        return lambda after: self.automaton.state([branch(after) for branch in branches])

    def _sequence(self) -> Fragment:
        """``sequence = [ "^" ] { atom [ repeat ] } [ "$" ]``; the anchors outside of groups only."""
        if self._peek() == "^" and not self.depth:
            self.at += 1
        parts: list[Fragment] = []
        while self._peek() not in {"", "|", ")"} and not self._at_end_anchor():
            parts.append(self._repeated(self._atom()))
        self.at += self._peek() == "$"

        def build(after: int) -> int:
            for part in reversed(parts):
                after = part(after)
            return after

        return build

    def _at_end_anchor(self) -> bool:
        following = self.pattern[self.at + 1 : self.at + 2]
        return self._peek() == "$" and not self.depth and following in {"", "|"}

    def _atom(self) -> Fragment:
        """``atom = "(" [ "?:" ] alternatives ")" | "." | class | escape | character``."""
        character = self._peek()
        if character == "(":
            return self._group()
        if character in "*+?^$":
            raise RegexError(f"`{character}` at {self.at + 1} cannot stand there")
        if character == "{" and self._match(_COUNT):
            raise RegexError(f"a count at {self.at + 1} repeats nothing")
        source = self._one()
        test = re.compile(source, re.DOTALL if source == "\n" else 0).fullmatch
        return lambda after: self.automaton.state([after], test)

    def _group(self) -> Fragment:
        opened = self.at + 1
        self.at += 3 if self.pattern.startswith("(?:", self.at) else 1
        if self._peek() == "?":
            raise RegexError(f"`(?{self.pattern[self.at + 1 : self.at + 2]}` is not supported")
        self.depth += 1
        if self.depth > _MAX_NESTING:
            raise RegexError("it is nested too deeply")
        fragment = self._alternatives()
        self.depth -= 1
        if self._peek() != ")":
            raise RegexError(f"`(` at {opened} is not closed")
        self.at += 1
        return fragment

    def _one(self) -> str:
        """Take what stands for one character; Python's engine says which characters those are."""
        character = self._peek()
        if character == "[":
            found = self._match(_CLASS)
        elif character == "\\":
            found = self._match(_ESCAPE)
        else:
            self.at += 1
            return character if character == "." else re.escape(character)
        if found is None:
            what = "is not closed" if character == "[" else "is not supported"
            raise RegexError(f"`{self.pattern[self.at : self.at + 2]}` at {self.at + 1} {what}")
        self.at = found.end()
        return self._checked(found[0])

    def _checked(self, source: str) -> str:
        if "[:" in source or "[" in source[1:].replace("\\[", ""):
            raise RegexError(f"`[` in `{source}` needs a backslash")
        try:
            re.compile(source)
        except re.error as error:
            raise RegexError(f"`{source}`: {error.msg}") from None
        return source

    def _repeated(self, fragment: Fragment) -> Fragment:
        """``repeat = ( "*" | "+" | "?" | "{" count "}" ) [ "?" ]``."""
        least, most, end = self._count()
        if end == self.at:
            return fragment
        self.at = end
        self.at += self._peek() == "?"
        if self._peek() in {"*", "+", "?"} or self._match(_COUNT):
            raise RegexError(f"a repeat of a repeat at {self.at + 1}")
        return lambda after: self._copies(fragment, least, most, after)

    def _count(self) -> tuple[int, int | None, int]:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self._peek() in simple:
            return *simple[self._peek()], self.at + 1
        found = self._match(_COUNT)
        if found is None:
            return 1, 1, self.at
        least, comma, most, only_most = found.groups()
        low = int(least or 0)
        high = int(only_most or most or 0) if only_most or most else None if comma else low
        if low > MAX_STATES or (high is not None and high < low):
            raise RegexError(f"bad count `{found[0]}`")
        return low, high, found.end()

    def _copies(self, fragment: Fragment, least: int, most: int | None, after: int) -> int:
        if most is None:
            loop = self.automaton.state([])
            self.automaton.moves[loop] = [fragment(loop), after]
            entry = loop
        else:
            entry = after
            for _ in range(most - least):
                entry = self.automaton.state([fragment(entry), after])
        for _ in range(least):
            entry = fragment(entry)
        return entry
