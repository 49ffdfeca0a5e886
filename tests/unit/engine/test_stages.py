"""Stages in a run: what they answer when they are restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Folder
    from tests.unit.engine.conftest import Play

EVAL = """\
define:/eval v
  ↳ run     → echo run >> log; echo "{{\\"a\\": $v}}" > a.json; echo "b: 2.50" > b.yaml
  ↳ metrics → a.json b.yaml
{deps}
$first = /eval 0.10
$again = /eval 0.10
/log "${{first.a}} ${{first.b}}"
/log "${{again.a}} ${{again.b}}"
"""


@pytest.mark.parametrize("deps", ["", "  ↳ deps    → README.md"], ids=["no deps", "deps"])
def test_a_restored_stage_answers_what_it_did(folder: Folder, play: Play, deps: str) -> None:
    folder.commit({".dvc/config": "[core]\n", ".dvc/.gitignore": "/tmp\n/cache\n"})
    record = play(EVAL.format(deps=deps))
    assert (record.status, play.log()) == ("succeeded", ["run", "0.10 2.50", "0.10 2.50"])


def test_a_run_that_is_taken_up_has_all_of_its_stages(folder: Folder, play: Play) -> None:
    folder.commit({".dvc/config": "[core]\n", ".dvc/.gitignore": "/tmp\n/cache\n"})
    first = play(EVAL.format(deps="  ↳ deps    → README.md"))
    before = {name: play.kept(first, name) for name in ("dvc.yaml", "dvc.lock")}
    (play.path / "dvc.yaml").unlink()
    play.forget(1)
    again = play.again()
    assert {name: play.kept(again, name) for name in before} == before
    answers = play.journal.parent.glob("answers/*.json")
    assert [play.kept(again, f".wf/results/{path.name}") for path in answers] != [None]


def test_metrics_are_merged_in_the_order_of_the_file(folder: Folder, play: Play) -> None:
    folder.commit({".dvc/config": "[core]\n", ".dvc/.gitignore": "/tmp\n/cache\n"})
    record = play(
        "define:/score n secs\n"
        '  ↳ run → sleep $secs; echo "{\\"score\\": $n}" > $n.json\n'
        "  ↳ metrics → ${n}.json\n"
        "fork:2 → /score 1 0.3 & /score 2 0\nsweep:n=3,4 → /score $n 0"
    )
    assert {name: bytes(value) for name, value in record.metrics.items()} == {"score": b"2"}


def test_a_run_that_lacks_its_ref_alone_gets_all_of_its_files(folder: Folder, play: Play) -> None:
    folder.commit({".dvc/config": "[core]\n", ".dvc/.gitignore": "/tmp\n/cache\n"})
    first = play(EVAL.format(deps="  ↳ deps    → README.md") + "/log kept > kept.txt\n")
    names = ("dvc.yaml", "dvc.lock", "kept.txt")
    before = {name: play.kept(first, name) for name in names}
    assert None not in before.values()
    (play.path / "dvc.yaml").unlink()
    folder.git("update-ref", "-d", str(first.ref))
    again = play.again()
    assert {name: play.kept(again, name) for name in names} == before
