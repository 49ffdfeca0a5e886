"""The name of a machine and clone."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gitwf.records.owner import owner_of


def test_a_clone_keeps_its_name(tmp_path: Path) -> None:
    first = owner_of(tmp_path / "a")
    assert re.fullmatch(r".+:[0-9a-f]{12}", first)
    assert owner_of(tmp_path / "a") == first


def test_two_clones_on_one_machine_differ_in_their_part(tmp_path: Path) -> None:
    machine, clone = owner_of(tmp_path / "a").split(":")
    other_machine, other_clone = owner_of(tmp_path / "b").split(":")
    assert machine == other_machine
    assert clone != other_clone


def test_those_who_ask_at_once_hear_one_name(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(owner_of, [tmp_path / "new"] * 16))) == 1
