"""How far large files have come, as it is shown."""

from __future__ import annotations

import pytest

from gitwf.cli.bars import bar, bars
from gitwf.data.meter import Amount, Meter

CASES = [
    (0, 2_400_000_000, "hashing model.bin  ────────────────────  0 bytes of 2.4 GB"),
    (1_200_000_000, 2_400_000_000, "hashing model.bin  ━━━━━━━━━━──────────  1.2 GB of 2.4 GB"),
    (2_400_000_000, 2_400_000_000, "hashing model.bin  ━━━━━━━━━━━━━━━━━━━━  2.4 GB of 2.4 GB"),
    (9_000_000_000, 2_400_000_000, "hashing model.bin  ━━━━━━━━━━━━━━━━━━━━  2.4 GB of 2.4 GB"),
    (0, 0, "hashing model.bin  ━━━━━━━━━━━━━━━━━━━━  0 bytes of 0 bytes"),
]


@pytest.mark.parametrize(("done", "total", "line"), CASES)
def test_a_bar(done: int, total: int, line: str) -> None:
    assert bar(Amount("hashing", "model.bin", done, total)) == line


def test_what_is_small_has_none_and_what_is_over_is_gone() -> None:
    meter = Meter()
    with (
        meter.measuring("saving", "small", 1000),
        meter.measuring("saving", "a-folder", 80_000_000) as advance,
    ):
        advance(30_000_000)
        advance(10_000_000)
        assert bars(meter) == ["saving a-folder  ━━━━━━━━━━──────────  40.0 MB of 80.0 MB"]
    assert bars(meter) == []
