"""`state:save` and `state:load`: in a run, and from one run to the next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play, Steps


def test_what_is_saved_is_loaded(play: Play) -> None:
    workflow = "$x = 0.10\n$l = [1, {0}]\nstate:save → s/c.json\n$x = 2\nstate:load → s/c.json\n"
    record = play(workflow.format('"a b"') + "/log $x\n/log ${l[1]}")
    assert (record.status, play.log()) == ("succeeded", ["0.10", "a b"])
    assert play.text("s/c.json") == '{"x":0.10,"l":[1,"a b"]}\n'


def test_it_is_kept_with_the_run(play: Play) -> None:
    record = play("$x = 1\nstate:save → s.json")
    assert play.path.joinpath("s.json").exists()
    kept = play.kept(record, "s.json")
    assert kept is not None
    assert json.loads(kept) == {"x": 1}


def test_it_is_a_step(play: Play, steps: type[Steps]) -> None:
    record = play("$x = 1\nstate:save → s.json\nstate:load → s.json")
    assert [(b.command, b.args, b.status) for b in steps(record).bodies] == [
        ("state:save", ("s.json",), "succeeded"),
        ("state:load", ("s.json",), "succeeded"),
    ]


def test_it_is_found_in_the_newest_run_that_saved_it(play: Play) -> None:
    play("$x = 1\nstate:save → s.json")
    play("$x = 2\nstate:save → s.json")
    play("$x = 3\nstate:save → s.json\n/fail")
    play("/echo 9 > s.json")
    (play.path / "s.json").unlink()
    assert play("state:load → s.json\n/log $x").status == "succeeded"
    assert play.log() == ["2"]


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (
            None,
            "missing",
            "`s.json` is not there, and no run of this workflow on this branch saved it",
        ),
        ("[1]", "type", "`s.json` holds no variables: it is no object"),
        ('{"status": 1}', "type", "`s.json` holds no variables: `status` is a built-in variable"),
    ],
    ids=["nowhere", "a list", "a built-in name"],
)
def test_what_cannot_be_loaded(play: Play, content: str | None, kind: str, message: str) -> None:
    if content is not None:
        (play.path / "s.json").write_text(content)
    record = play("state:load → s.json\n/log no")
    assert record.error is not None
    assert (record.error.kind, record.error.message, play.log()) == (kind, message, [])


def test_it_never_leads_out_of_the_workspace(play: Play) -> None:
    (play.path / "out").symlink_to("/tmp")
    record = play("$x = 1\nstate:save → out/s.json")
    assert record.error is not None
    assert (record.error.kind, record.error.message) == (
        "path",
        "`out/s.json` leads out of the repository",
    )
