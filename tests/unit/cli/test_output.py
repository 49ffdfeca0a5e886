from __future__ import annotations

import pytest

from gitwf.cli.output import took


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "-"),
        (0.0312, "0.03 s"),
        (9.994, "9.99 s"),
        (12.4, "12 s"),
        (119, "119 s"),
        (120, "2m"),
        (10_800.3, "3h"),
        (93_784, "1d2h3m4s"),
    ],
)
def test_how_long_something_took(seconds: float | None, said: str) -> None:
    assert took(seconds) == said
