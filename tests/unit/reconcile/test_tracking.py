"""What the checker hears of the files that git and DVC track, in a commit and in a working tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.config.settings import Settings
from gitwf.data.facts import CommitFiles, FileFacts, TreeFiles
from gitwf.diagnostics import locate
from gitwf.reconcile.examine import examine

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder

WORKFLOW = """\
define:/train
  ↳ run     → python3 train.py
  ↳ deps    → {deps}
  ↳ outs    → {outs}
/train
"""
UNTRACKED = "`{}` is tracked by neither git nor DVC"
NOTHING = "nothing provides `{}`"


def _workflow(deps: str = "train.py", outs: str = "model.joblib") -> str:
    return WORKFLOW.format(deps=deps, outs=outs)


def _said(facts: FileFacts) -> list[str]:
    found = examine("case.wf", facts, Settings())
    return [
        f"{d.code} {d.message}"
        for d in (locate(d, found.sources[d.path]) for d in found.diagnostics)
    ]


def _in_commit(folder: Folder) -> list[str]:
    repository = folder.open()
    commit = repository.resolve("HEAD")
    assert commit is not None
    try:
        return _said(FileFacts(CommitFiles(repository.objects, commit)))
    finally:
        repository.close()


def _in_tree(folder: Folder) -> list[str]:
    return _said(FileFacts(TreeFiles(folder.path)))


STAGES = """\
stages:
  features:
    cmd: make
    wdir: src
    outs:
    - ../features
    - cache: {cache: false}
    metrics: [m.json]
  each:
    foreach: [a, b]
    do:
      cmd: make ${item}
      outs: ["parts/${item}.csv"]
"""


@pytest.mark.parametrize(
    ("deps", "wrong"),
    [
        pytest.param("train.py", [], id="file"),
        pytest.param("data data/ ./data/a.csv .", [], id="folder"),
        pytest.param("features features/x.npy src/cache src/m.json src", [], id="out of a stage"),
        pytest.param("parts/a.csv parts", [], id="out of a template"),
        pytest.param("parts.csv", [NOTHING.format("parts.csv")], id="not of the template"),
        pytest.param("sub/deep/model", [], id="out of a stage in a folder"),
        pytest.param("big.csv images images/1/a.png", [], id="tracked by DVC"),
        pytest.param("latest/a.csv", [], id="behind a link"),
        pytest.param("library/model.py library", [], id="in a submodule"),
        pytest.param("trian.py", [NOTHING.format("trian.py")], id="misspelt"),
    ],
)
def test_what_provides_a_dep(make_folder: MakeFolder, deps: str, wrong: list[str]) -> None:
    library = make_folder("library")
    library.commit({"model.py": "pass\n"})
    folder = make_folder()
    (folder.path / "latest").symlink_to("data")
    allowed = ("-c", "protocol.file.allow=always")
    folder.git(*allowed, "submodule", "--quiet", "add", str(library.path), "library")
    folder.commit(
        {
            "train.py": "pass\n",
            "data/a.csv": "1\n",
            "dvc.yaml": STAGES,
            "sub/dvc.yaml": "stages: {a: {cmd: make, outs: [deep/model]}}\n",
            "big.csv.dvc": "outs:\n- path: big.csv\n",
            "images.dvc": "outs:\n- path: images\n",
            "case.wf": _workflow(deps),
        }
    )
    said = [f"WF402 {message}" for message in wrong]
    assert _in_commit(folder) == said
    assert _in_tree(folder) == said


def test_what_nobody_tracks(folder: Folder) -> None:
    folder.commit({"train.py": "pass\n", ".gitignore": "ignored.csv\n"})
    names = ("new.csv", "ignored.csv", "folder/a.csv", "added.csv", "staged.csv")
    folder.write(dict.fromkeys(names, "1\n"))
    folder.write({"added.csv.dvc": "outs:\n- path: added.csv\n"})
    folder.git("add", "staged.csv")
    deps = "new.csv ignored.csv folder added.csv staged.csv gone.csv"
    folder.write({"case.wf": _workflow(deps)})
    assert _in_tree(folder) == [
        "WF402 `new.csv` is tracked by neither git nor DVC",
        "WF402 `ignored.csv` is tracked by neither git nor DVC",
        "WF402 `folder` is tracked by neither git nor DVC",
        "WF402 nothing provides `gone.csv`",
    ]


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("define:/first\n  ↳ run → a\n  ↳ outs → made.csv\n/first\n", id="out"),
        pytest.param(
            "define:/first n\n  ↳ run → a\n  ↳ outs → ${n}\n/first made.csv\n", id="value"
        ),
        pytest.param(
            "define:/first d\n  ↳ run → a\n  ↳ wdir → ${d}\n  ↳ outs → made.csv\n/first .\n",
            id="folder of a value",
        ),
        pytest.param("define:/first\n  ↳ run → a\n/first > made.csv\n", id="redirect"),
        pytest.param("state:save → made.csv\n", id="state"),
    ],
)
def test_what_the_run_writes(folder: Folder, before: str) -> None:
    folder.commit({"train.py": "pass\n", "case.wf": f"{before}{_workflow('made.csv')}"})
    assert _in_commit(folder) == []


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param("define:/a n=x\n  ↳ run → a\n  ↳ deps → data/${n}.csv\n", id="value"),
        pytest.param("define:/a n=x\n  ↳ run → a\n  ↳ wdir → ${n}\n  ↳ deps → b\n", id="wdir"),
        pytest.param("define:/a\n  ↳ run → a\n  ↳ deps → s3://bucket/b\n", id="url"),
    ],
)
def test_what_cannot_be_known(folder: Folder, definition: str) -> None:
    folder.commit({"train.py": "pass\n", "case.wf": f"{definition}/a\n"})
    assert _in_commit(folder) == []


def test_outs_that_git_tracks(folder: Folder) -> None:
    made = {"train.py": "pass\n", "model/a": "1\n", "case.wf": _workflow(outs="model")}
    folder.commit(dict(made))
    wrong = ["WF404 `model` is an out in DVC's cache, and git tracks it"]
    assert _in_commit(folder) == _in_tree(folder) == wrong
    folder.git("rm", "-r", "--quiet", "--cached", "model")
    assert _in_tree(folder) == []


def test_outside_of_git_nothing_is_compared(folder: Folder) -> None:
    folder.write({"case.wf": _workflow("gone.csv")})
    assert _in_tree(folder) == ["WF402 nothing provides `gone.csv`"]
    (folder.path / ".git").rename(folder.path / "elsewhere")
    assert _in_tree(folder) == []


def test_a_broken_file_of_stages_in_a_folder_is_nobodys_business(folder: Folder) -> None:
    folder.commit({"train.py": "", "old/dvc.yaml": "stages: [\n", "case.wf": _workflow()})
    assert _in_commit(folder) == []


def test_without_paths_the_index_is_not_read(folder: Folder) -> None:
    folder.commit({"case.wf": "define:/a\n  ↳ run → true\n/a\n"})
    (folder.path / ".git" / "index").unlink()
    (folder.path / ".git" / "index").mkdir()
    assert _in_tree(folder) == []
