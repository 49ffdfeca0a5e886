"""Times as a crontab spells them: five fields, minute hour day month weekday (crontab(5), POSIX).

Fields hold numbers, ranges ``1-5``, lists ``1,15``, ``*``, and steps ``*/10``, ``8-18/2``; weekdays count
from Sunday, which is 0 and 7. Where neither the day nor the weekday is ``*``, either one is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import msgspec

_ITEM = r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?"
_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES = ("minute", "hour", "day", "month", "weekday")
_HORIZON = timedelta(days=8 * 366 + 7)
"""The longest way from one 29 February to the next goes over a year such as 2100."""


class Cron(msgspec.Struct, frozen=True):
    """Which minutes are meant. ``either``: the day or the weekday, not both."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def last(self, now: datetime) -> datetime | None:
        """Return the last time that is meant up to ``now``, or None. Both are in UTC."""
        minute = now.astimezone(UTC).replace(second=0, microsecond=0)
        times = sorted(self._times(), reverse=True)
        for ago in range(_HORIZON.days):
            day = minute.date() - timedelta(days=ago)
            found = (_at(day, of) for of in times) if self._is_meant(day) else ()
            if first := next((at for at in found if at <= minute), None):
                return first
        return None

    def following(self, now: datetime) -> datetime | None:
        """Return the first time that is meant after ``now``, or None. Both are in UTC."""
        minute = now.astimezone(UTC).replace(second=0, microsecond=0)
        times = sorted(self._times())
        for ahead in range(_HORIZON.days):
            day = minute.date() + timedelta(days=ahead)
            found = (_at(day, of) for of in times) if self._is_meant(day) else ()
            if first := next((at for at in found if at > minute), None):
                return first
        return None

    def _times(self) -> Iterable[time]:
        return (time(hour, minute) for hour in self.hours for minute in self.minutes)

    def _is_meant(self, day: date) -> bool:
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        meant = by_day or by_weekday if self.either else by_day and by_weekday
        return meant and day.month in self.months


def fault_of_cron(text: str) -> str | None:
    """Return which of the five fields of ``text`` is wrong, for people; None: they are not five, or none is."""
    fields = text.split()
    if len(fields) != len(_LIMITS):
        return None
    for name, field, limits in zip(_NAMES, fields, _LIMITS, strict=True):
        if not _field(field, limits):
            return f"the {name}, `{field}`, has to be within {limits[0]} and {limits[1]}"
    return None


def parse_cron(text: str) -> Cron | None:
    """Return the times that ``text`` means, or None where it has not the form."""
    fields = text.split()
    if len(fields) != len(_LIMITS):
        return None
    found = [_field(*pair) for pair in zip(fields, _LIMITS, strict=True)]
    minutes, hours, days, months, weekdays = found
    if not (minutes and hours and days and months and weekdays):
        return None
    either = not (fields[2].startswith("*") or fields[4].startswith("*"))
    sundays = frozenset(day % 7 for day in weekdays)
    return Cron(minutes, hours, days, months, sundays, either)


def _field(text: str, limits: tuple[int, int]) -> frozenset[int] | None:
    """Return the numbers that a field means, or None where it has not the form."""
    numbers: set[int] = set()
    for item in text.split(","):
        found = re.fullmatch(_ITEM, item, re.ASCII)
        if found is None:
            return None
        first, last, step = found.groups()
        low = limits[0] if first is None else int(first)
        high = int(last) if last else low if first and not step else limits[1]
        if not limits[0] <= low <= high <= limits[1]:
            return None
        numbers.update(range(low, high + 1, int(step or 1)))
    return frozenset(numbers)


def _at(day: date, of: time) -> datetime:
    return datetime.combine(day, of, UTC)
