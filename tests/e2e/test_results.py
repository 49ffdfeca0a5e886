"""What experiments came to: the file of results, and DVC's own views of runs."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

FILE = "experiment_results.jsonl"

SWEEP = """\
define:/train sigma:float
  ↳ run     → python3 train.py $sigma
  ↳ deps    → train.py
  ↳ params  → rate
  ↳ plots   → curves/${sigma}.csv
  ↳ metrics → metrics/${sigma}.json

$phase = 1
$trials = sweep:sigma=0.10,0.12,0.20 → /train --sigma $sigma
/echo ${best($trials, "accuracy").sigma}
"""

TRAIN = """\
import json, os, sys
sigma = float(sys.argv[1])
rate = float(open("params.yaml").read().split(":")[1])
os.makedirs("metrics", exist_ok=True)
os.makedirs("curves", exist_ok=True)
accuracy = round(rate - abs(sigma - 0.12), 4)
json.dump({"accuracy": accuracy}, open(f"metrics/{sys.argv[1]}.json", "w"))
open(f"curves/{sys.argv[1]}.csv", "w").write(f"epoch,loss\\n0,1\\n1,{sigma}\\n")
"""

PROJECT = {"search.wf": SWEEP, "train.py": TRAIN, "params.yaml": "rate: 0.9\n"}


@pytest.fixture
def searched(ready: Project) -> Project:
    """A project whose search has run."""
    ready.commit(PROJECT)
    ready.done("run", "search.wf")
    return ready


def test_a_table_of_a_search(searched: Project) -> None:
    rows = [line.split() for line in searched.done("results", "--metric", "accuracy").splitlines()]
    assert rows[0] == ["phase", "experiment", "sigma", "accuracy", "time"]
    assert [row[:4] for row in rows[1:]] == [
        ["1", "phase1_train_sigma_0.12", "0.12", "0.9"],
        ["1", "phase1_train_sigma_0.10", "0.10", "0.88"],
        ["1", "phase1_train_sigma_0.20", "0.20", "0.82"],
    ]


def test_the_best_for_programs(searched: Project) -> None:
    best = json.loads(searched.done("results", "best", "--phase", "1", "--json"))
    (run,) = searched.log()
    assert best | {"timestamp": ""} == {
        "timestamp": "",
        "phase": 1,
        "experiment_id": "phase1_train_sigma_0.12",
        "metrics": {"accuracy": 0.9},
        "config": {"sigma": 0.12},
        "run": run.run,
        "step": "3[1]",
    }


def test_the_least_is_the_best_of_a_loss(searched: Project) -> None:
    printed = searched.done("results", "best", "--metric", "accuracy", "--min", "--csv")
    assert printed.splitlines()[1].startswith("1,phase1_train_sigma_0.20,0.20,0.82,")


def test_forms_that_programs_read_have_all(searched: Project) -> None:
    line = (searched.path / FILE).read_text().splitlines()[0]
    (searched.path / FILE).write_text(f"{line}\n" * 30)
    shown = searched.wf("results")
    assert len(shown.out.splitlines()) == 21
    assert shown.err == "10 more: `-n` shows them\n"
    assert len(json.loads(searched.done("results", "--json"))) == 30
    assert len(searched.done("results", "--csv").splitlines()) == 31
    assert len(searched.done("results", "--md", "-n", "5").splitlines()) == 7


def test_a_broken_line_is_named(searched: Project) -> None:
    with (searched.path / FILE).open("a") as file:
        file.write('{"phase": 1, "metr')
    done = searched.wf("results", "--json")
    assert len(json.loads(done.out)) == 3
    assert done.err == f"{FILE}:4: no result, passed over: Input data was truncated\n"


def test_where_there_is_nothing(ready: Project) -> None:
    ready.commit({"README.md": "words\n"})
    table, best = ready.wf("results"), ready.wf("results", "best", "--metric", "loss")
    assert (table.status, table.out, table.err) == (0, "", f"there is no result in `{FILE}`\n")
    message = f"there is no result with `loss` in `{FILE}`\n"
    assert (best.status, best.out, best.err) == (1, "", message)
    assert json.loads(ready.done("results", "--json")) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["results", "worst"],
            "git-wf: `worst` is none of `table`, `best`, `compare RUN RUN`\n  say one of them\n",
        ),
        (
            ["results", "compare", "a"],
            "git-wf: `compare` takes two runs\n  `git wf log` lists them\n",
        ),
        (
            ["results", "compare", "nope", "latest"],
            "git-wf: there is no run `nope`\n  `git wf log` lists them\n",
        ),
        (
            ["results", "--plot", "a.gif"],
            "git-wf: `a.gif` is no kind of picture\n  name it `….svg` or `….png`\n",
        ),
        (
            ["results", "--plot", "a.svg", "--metric", "loss"],
            "git-wf: there is no result with `loss` to draw\n  run what measures first\n",
        ),
    ],
)
def test_what_cannot_be_done_is_said(searched: Project, words: list[str], message: str) -> None:
    done = searched.wf(*words)
    assert (done.status, done.out, done.err) == (2, "", message)


def test_a_picture_of_a_search(searched: Project) -> None:
    done = searched.wf("results", "--phase", "1", "--plot", "search.svg")
    assert done.err == "drew `accuracy` into `search.svg`\n"
    picture = (searched.path / "search.svg").read_text()
    assert all(
        f">{word}</text>" in picture for word in ("sigma", "accuracy", "0.10", "0.12", "0.20")
    )


def test_a_bare_repository_keeps_results_in_its_folder(searched: Project) -> None:
    bare = searched.path.with_name("bare.git")
    subprocess.run(["git", "clone", "--quiet", "--bare", searched.path, bare], check=True)
    done = searched.wf("run", "search.wf", cwd=bare)
    assert done.status == 0, done
    assert len((bare / "wf" / FILE).read_text().splitlines()) == 3
    best = searched.wf("results", "best", "--json", cwd=bare)
    assert json.loads(best.out)["experiment_id"] == "phase1_train_sigma_0.12"


def test_results_keep_no_revert_from_working(searched: Project) -> None:
    searched.commit({"params.yaml": "rate: 0.8\n"})
    searched.done("run", "search.wf")
    searched.revert()
    assert searched.git("status", "--porcelain") == ""
    assert len((searched.path / FILE).read_text().splitlines()) == 6


@pytest.fixture
def two(searched: Project) -> tuple[str, str]:
    """Two runs that differ in a param and what follows from it."""
    searched.commit({"params.yaml": "rate: 0.8\n", "train.py": TRAIN + "# mended\n"})
    searched.done("run", "search.wf")
    new, old = (record.run for record in searched.log())
    return old, new


class TestTwoRuns:
    """Side by side."""

    def test_what_differs_is_said(self, searched: Project, two: tuple[str, str]) -> None:
        rows = [row.split("  ") for row in searched.done("results", "compare", *two).splitlines()]
        cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
        assert cells[0] == [*two]
        assert cells[4:8] == [
            ["params", "rate", "0.9", "0.8", "differs"],
            ["metrics", "accuracy of /train --sigma 0.10", "0.88", "0.78", "-0.1"],
            ["accuracy of /train --sigma 0.12", "0.9", "0.8", "-0.1"],
            ["accuracy of /train --sigma 0.20", "0.82", "0.72", "-0.1"],
        ]
        assert cells[8][:2] == ["deps", "train.py"]
        assert cells[8][-1] == "differs"

    def test_a_run_is_like_itself(self, searched: Project, two: tuple[str, str]) -> None:
        shown = searched.done("results", "compare", two[0], two[0])
        assert shown.endswith("nothing of this differs\n")

    def test_for_programs(self, searched: Project, two: tuple[str, str]) -> None:
        found = json.loads(searched.done("results", "compare", *two, "--json"))
        assert [run["run"] for run in found["runs"]] == [*two]
        assert found["compared"][0] == {
            "kind": "params",
            "name": "rate",
            "old": "0.9",
            "new": "0.8",
        }

    def test_dvc_shows_the_same(self, searched: Project, two: tuple[str, str]) -> None:
        refs = {ref.rpartition("/")[2]: ref for ref in searched.ended()}
        old, new = (refs[run] for run in two)

        def dvc(*words: str) -> dict[str, object]:
            command = ["dvc", *words, "--json"]
            done = subprocess.run(command, cwd=searched.path, capture_output=True, check=True)
            found: dict[str, object] = json.loads(done.stdout)
            return found

        assert dvc("metrics", "diff", old, new) == {
            f"metrics/{sigma}.json": {
                "accuracy": {
                    "old": before,
                    "new": round(before - 0.1, 2),
                    "diff": pytest.approx(-0.1),
                }
            }
            for sigma, before in (("0.10", 0.88), ("0.12", 0.9), ("0.20", 0.82))
        }
        assert dvc("params", "diff", old, new) == {
            "params.yaml": {"rate": {"old": 0.9, "new": 0.8, "diff": pytest.approx(-0.1)}}
        }
        shown = json.dumps(dvc("plots", "diff", old, new, "--targets", "curves/0.12.csv"))
        assert "curves/0.12.csv" in shown
