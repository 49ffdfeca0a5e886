"""Ids that sort by the time they were made: ULIDs (github.com/ulid/spec).

48 bits of milliseconds and 80 random bits, as 26 letters and digits of Crockford's base 32. Within one
millisecond the random part counts up, so that one process makes ids in strictly rising order.
"""

from __future__ import annotations

import os
import re
import threading
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from gitwf.records.clock import Clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_ID = re.compile(f"[0-7][{_ALPHABET}]{{25}}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LENGTH = 26
_RANDOM_BITS = 80
_TIME = 10
"""Digits of an id that tell its time."""

_END = "76EZ91ZPZZ"
"""The time of the last ids: the end of the year 9999."""

_HOURS = 5
"""Digits of an id that tell its time to some nine hours."""


class Ids:
    """Makes ids. Threads may share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0

    def new(self, after: str = "") -> str:
        """Return an id that is greater than all that this object returned before, and than ``after``."""
        milliseconds = (self._clock.now() - _EPOCH) // timedelta(milliseconds=1)
        if after[:_TIME] < _END:
            milliseconds = max(milliseconds, _milliseconds(after) + 1)
        random = int.from_bytes(os.urandom(_RANDOM_BITS // 8))
        with self._lock:
            same_or_earlier = milliseconds <= self._last >> _RANDOM_BITS
            fresh = milliseconds << _RANDOM_BITS | random
            self._last = self._last + 1 if same_or_earlier else fresh
            return _encode(self._last)


def is_id(text: str) -> bool:
    """Return whether ``text`` is a whole id."""
    return _ID.fullmatch(text) is not None and text[:_TIME] <= _END


def time_of(id_: str) -> datetime:
    """Return the time at which ``id_`` was made, in UTC, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=_milliseconds(id_))


def month_of(id_: str) -> str:
    """Return the month, ``yyyy-mm`` in UTC, in which ``id_`` was made."""
    return _month(id_[:_HOURS]) or _spelled(id_)


@lru_cache(maxsize=4096)
def _month(beginning: str) -> str | None:
    """Return the month of all ids that begin so, or None where they are of two."""
    rest = _LENGTH - len(beginning)
    first, last = _spelled(beginning + "0" * rest), _spelled(beginning + "Z" * rest)
    return first if first == last else None


def _spelled(id_: str) -> str:
    return f"{time_of(id_):%Y-%m}"


def _milliseconds(id_: str) -> int:
    number = 0
    for character in id_[:_TIME]:
        number = number << 5 | _ALPHABET.index(character)
    return number


def _encode(number: int) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])
