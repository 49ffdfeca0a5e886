"""Times as a crontab spells them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gitwf.cron import parse_cron

NOW = datetime(2026, 11, 22, 10, 46, 54, tzinfo=UTC)
"""A Sunday."""

TIMES: dict[str, tuple[str, str | None, str | None]] = {
    "every minute": ("* * * * *", "2026-11-22 10:46", "2026-11-22 10:47"),
    "each night": ("0 3 * * *", "2026-11-22 03:00", "2026-11-23 03:00"),
    "later today": ("0 23 * * *", "2026-11-21 23:00", "2026-11-22 23:00"),
    "this very minute": ("46 10 * * *", "2026-11-22 10:46", "2026-11-23 10:46"),
    "a step": ("*/15 * * * *", "2026-11-22 10:45", "2026-11-22 11:00"),
    "a step from a number on": ("5/20 * * * *", "2026-11-22 10:45", "2026-11-22 11:05"),
    "working days": ("0 8 * * 1-5", "2026-11-20 08:00", "2026-11-23 08:00"),
    "Sunday as 0": ("0 8 * * 0", "2026-11-22 08:00", "2026-11-29 08:00"),
    "Sunday as 7": ("0 8 * * 7", "2026-11-22 08:00", "2026-11-29 08:00"),
    "the first of a month": ("0 0 1 * *", "2026-11-01 00:00", "2026-12-01 00:00"),
    "the first, or a Friday": ("0 0 1 * 5", "2026-11-20 00:00", "2026-11-27 00:00"),
    "a leap day": ("0 0 29 2 *", "2024-02-29 00:00", "2028-02-29 00:00"),
    "a day that never comes": ("0 0 31 2 *", None, None),
}


@pytest.mark.parametrize(("text", "last", "following"), TIMES.values(), ids=TIMES)
def test_the_times_around_a_moment(text: str, last: str | None, following: str | None) -> None:
    cron = parse_cron(text)
    assert cron is not None
    assert (_spelt(cron.last(NOW)), _spelt(cron.following(NOW))) == (last, following)


def _spelt(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M}" if at else None


WRONG = "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *"
ODD = "", "* * * *", "* * * * * *", "*/0 * * * *", "a * * * *", ", * * * *", "@daily"


@pytest.mark.parametrize("text", [*WRONG, *ODD])
def test_what_has_not_the_form(text: str) -> None:
    assert parse_cron(text) is None
