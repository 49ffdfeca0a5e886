"""Parameters that a program names and that its files do not hold: WF402."""

from __future__ import annotations

import pytest
from tests.conftest import Folder

from gitwf.config.settings import Settings
from gitwf.data.facts import CommitFiles, FileFacts, TreeFiles
from gitwf.reconcile.examine import examine

PARAMS = "train:\n  lr: 0.1\n  steps: [1, 2]\nseed: 7\nday: 2026-11-22\n"
STAGE = "define:/a\n  ↳ run    → echo x > out\n  ↳ params → {params}\n  ↳ outs   → {outs}\n"
COMMAND = "define:/a\n  ↳ run    → true\n  ↳ params → {params}\n/a\n"
MISSING = "nothing provides `{}`"
HELD = "it has `train`, `seed`, `day`"


def _in_commit(folder: Folder) -> list[str]:
    commit = folder.git("rev-parse", "HEAD")
    return _said(FileFacts(CommitFiles(folder.open().objects, commit)))


def _in_tree(folder: Folder) -> list[str]:
    return _said(FileFacts(TreeFiles(folder.path)))


def _said(facts: FileFacts) -> list[str]:
    found = examine("case.wf", facts, Settings()).diagnostics
    return [f"{d.message}{f' | {d.hint}' if d.hint else ''}" for d in found if d.code == "WF402"]


def _stage(params: str, outs: str = "out") -> str:
    return STAGE.format(params=params, outs=outs) + "/a\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            _stage("train.lr train.steps.1 train params.yaml:seed p.toml:a.b p.json: p.py:C.x"),
            [],
            id="there",
        ),
        pytest.param(
            _stage("train.lrr train.steps.2 lr"),
            [
                "`train.lrr` is not in `params.yaml` | did you mean `train.lr`?",
                "`train.steps.2` is not in `params.yaml` | did you mean `train.steps`?",
                f"`lr` is not in `params.yaml` | {HELD}",
            ],
            id="keys",
        ),
        pytest.param(
            _stage("p.toml:a.c p.json:x p.py:C.y"),
            [
                "`a.c` is not in `p.toml` | did you mean `a.b`?",
                "`x` is not in `p.json` | it has `1`, `2`, `3`, `4`, `5`, …",
                "`C.y` is not in `p.py` | did you mean `C.x`?",
            ],
            id="other forms",
        ),
        pytest.param(
            _stage("prams.yaml:lr none.json:"),
            [
                f"{MISSING.format('prams.yaml')} | did you mean `params.yaml`?",
                f"{MISSING.format('none.json')} | no file, out or DVC target has this path",
            ],
            id="files",
        ),
        pytest.param(
            COMMAND.format(params="seed sed"),
            ["`sed` is not in `params.yaml` | did you mean `seed`?"],
            id="no stage",
        ),
        pytest.param(
            _stage("day"),
            ["`params.yaml: day` is a date, time, set or bytes | write it in quotes"],
            id="date of a stage",
        ),
        pytest.param(
            _stage("train.*"),
            ["`params.yaml`: the key `train.*` is a pattern | name the keys"],
            id="pattern of a stage",
        ),
        pytest.param(COMMAND.format(params="day train.*"), [], id="what only a stage reads"),
        pytest.param(
            _stage("bad.yaml:a list.yaml:a"),
            [
                "`bad.yaml` is no valid YAML: did not find expected node content, line 2",
                "`list.yaml` does not hold parameters by name",
            ],
            id="broken",
        ),
        pytest.param(STAGE.format(params="lr", outs="out"), [], id="not called"),
        pytest.param(
            "define:/a n=lr\n  ↳ run → true\n  ↳ params → train.${n} ${n}.json:x\n/a\n",
            [],
            id="values",
        ),
        pytest.param(
            "define:/a\n  ↳ run → true\n  ↳ wdir → sub\n  ↳ params → depth width\n/a\n",
            ["`width` is not in `sub/params.yaml` | it has `depth`"],
            id="wdir",
        ),
    ],
)
def test_params_of_definitions(folder: Folder, text: str, said: list[str]) -> None:
    folder.commit(
        {
            "case.wf": text,
            "params.yaml": PARAMS,
            "sub/params.yaml": "depth: 2\n",
            "p.toml": "[a]\nb = 1\n",
            "p.json": '{"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}',
            "p.py": "class C:\n    x = 1\n",
            "bad.yaml": "a: [",
            "list.yaml": "[a]\n",
        }
    )
    assert _in_commit(folder) == said
    assert _in_tree(folder) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "/echo ${params.train.lr} ${params.train.steps[1]} ${params}\n", [], id="there"
        ),
        pytest.param(
            '/echo ${params.train.lrr} ${params["sed"]}\n',
            [
                "`train.lrr` is not in `params.yaml` | did you mean `train.lr`?",
                "`sed` is not in `params.yaml` | did you mean `seed`?",
            ],
            id="misspelt",
        ),
        pytest.param(
            "define:/a\n  ↳ run → echo ${params.sed}\n  ↳ outs → out/${params.ot}\n/a\n",
            [
                "`sed` is not in `params.yaml` | did you mean `seed`?",
                f"`ot` is not in `params.yaml` | {HELD}",
            ],
            id="in a definition",
        ),
        pytest.param("define:/a\n  ↳ run → echo ${params.sed}\n/echo\n", [], id="not called"),
        pytest.param("/echo ${params.lr ?? params.train.lr}\n", [], id="not needed"),
        pytest.param(
            "/echo ${params.lr ?? params.sed}\n",
            ["`sed` is not in `params.yaml` | did you mean `seed`?"],
            id="needed instead",
        ),
        pytest.param('if:"lr" in $params → /echo ${params.lr}\n', [], id="asked for"),
        pytest.param('if:exists("x") → /echo ${params.lr}\n', [], id="asked for a file"),
        pytest.param('/echo ${"lr" in $params and params.lr > 1}\n', [], id="asked for beside"),
        pytest.param(
            "if:$params.sed > 1 → /echo ${params.lr}\n",
            [
                "`sed` is not in `params.yaml` | did you mean `seed`?",
                f"`lr` is not in `params.yaml` | {HELD}",
            ],
            id="not asked for",
        ),
        pytest.param(
            "$n = 1\n/echo ${params.train.steps[$n]} ${params.train[params.sed]}\n",
            ["`sed` is not in `params.yaml` | did you mean `seed`?"],
            id="what only a run knows",
        ),
        pytest.param('/echo ${params["a.b"]} ${params.train.steps[-1]}\n', [], id="no key of DVC"),
    ],
)
def test_fields_of_params(folder: Folder, text: str, said: list[str]) -> None:
    folder.commit({"case.wf": text, "params.yaml": PARAMS})
    assert sorted(_in_commit(folder)) == sorted(said)
    assert sorted(_in_tree(folder)) == sorted(said)


def test_a_file_that_is_not_there(folder: Folder) -> None:
    folder.commit({"case.wf": f"{_stage('lr')}/echo ${{params.lr}}\n"})
    said = [
        "nothing provides `params.yaml` | `lr` is looked up there: one of another file is `FILE:lr`",
        "nothing provides `params.yaml` | `$params` is what that file holds",
    ]
    assert _in_commit(folder) == said
    folder.write({"params.yaml": "lr: 1\n"})
    said = ["`params.yaml` is tracked by neither git nor DVC | `git add params.yaml`"]
    assert _in_tree(folder) == said
    folder.git("add", "params.yaml")
    assert _in_tree(folder) == []


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("define:/p\n  ↳ run → a\n  ↳ outs → {file}\n/p\n", id="out"),
        pytest.param("define:/p n\n  ↳ run → a\n  ↳ outs → ${{n}}\n/p {file}\n", id="value"),
        pytest.param("/echo x > ./{file}\n", id="redirect"),
    ],
)
@pytest.mark.parametrize("is_there", [True, False])
def test_what_the_run_writes(folder: Folder, before: str, is_there: bool) -> None:  # noqa: FBT001
    text = f"{before.format(file='params.yaml')}{_stage('lr')}/echo ${{params.lr}}\n"
    folder.commit({"case.wf": text, **({"params.yaml": "{}"} if is_there else {})})
    assert _in_commit(folder) == _in_tree(folder) == []


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"dvc.yaml": "stages: {p: {cmd: a, outs: [params.yaml]}}\n"}, id="stage"),
        pytest.param({"params.yaml.dvc": "outs:\n- path: params.yaml\n"}, id="data"),
        pytest.param(
            {
                "params.yaml": "version https://git-lfs.github.com/spec/v1\n"
                f"oid sha256:{'0' * 64}\nsize 12\n"
            },
            id="LFS",
        ),
    ],
)
def test_what_others_bring(folder: Folder, files: dict[str, str | bytes]) -> None:
    folder.commit({"case.wf": f"{_stage('lr')}/echo ${{params.lr}}\n", **files})
    assert _in_commit(folder) == _in_tree(folder) == []


def test_a_link(folder: Folder) -> None:
    folder.write({"conf/a.yaml": "lr: 1\n"})
    (folder.path / "params.yaml").symlink_to("conf/a.yaml")
    folder.commit({"case.wf": f"{_stage('lr')}/echo ${{params.lr}}\n"})
    assert _in_commit(folder) == _in_tree(folder) == []
