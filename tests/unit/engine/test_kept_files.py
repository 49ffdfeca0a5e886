"""Files that a run keeps: they stand in its ref by the names that git has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play

WRITTEN: dict[str, tuple[str, str]] = {
    "no folder": ("/echo 1 > ./kept", "kept"),
    "up and down": ("/echo 1 > a/../kept.txt", "kept.txt"),
    "through a link": ("/echo 1 > link/kept", "real/kept"),
    "absolute": ("define:/here\n  ↳ run → pwd\n/here > here\n/echo 1 > ${here}/kept", "kept"),
    "a saved state": ("$x = 1\nstate:save → ./kept", "kept"),
}


@pytest.mark.parametrize(("workflow", "name"), WRITTEN.values(), ids=WRITTEN)
def test_where_a_file_is_kept(play: Play, workflow: str, name: str) -> None:
    (play.path / "real").mkdir()
    (play.path / "a").mkdir()
    (play.path / "link").symlink_to("real")
    record = play(workflow)
    assert record.status == "succeeded"
    assert play.kept(record, name) == (play.path / name).read_bytes()


def test_a_large_file_is_kept_as_it_is_at_the_end(play: Play) -> None:
    zeros = "define:/zeros n\n  ↳ run → head -c $n /dev/zero\n"
    record = play(f"{zeros}/zeros 2000000 > ./large\n/zeros 1 >> ./large")
    assert record.status == "succeeded"
    assert play.kept(record, "large") == b"\0" * 2000001


REFUSED: dict[str, tuple[str, str]] = {
    "of a nested repository": (
        '$g = ".GIT"\n/echo 1 > a/$g/x',
        "`a/.GIT/x` leads out of the repository",
    ),
    "a NUL": (
        "define:/nul\n  ↳ run → printf '\"a\\\\u0000b\"'\n/nul > n\n/echo 1 > d/$n",
        "a path has no NUL in it",
    ),
}


@pytest.mark.parametrize(("workflow", "message"), REFUSED.values(), ids=REFUSED)
def test_where_no_file_is_written(play: Play, workflow: str, message: str) -> None:
    record = play(workflow)
    assert record.error is not None
    assert (record.error.kind, record.error.message) == ("path", message)


def test_a_state_is_found_by_any_of_its_names(play: Play) -> None:
    play("$x = 1\nstate:save → ./s.json")
    (play.path / "s.json").unlink()
    assert play("state:load → s.json\n/log $x").status == "succeeded"
    assert play.log() == ["1"]
