"""What is remembered of workflows is what one would find by looking again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gitwf.app.session import Session
from gitwf.reconcile import outline
from gitwf.reconcile.desired import asked
from gitwf.reconcile.outline import Outlines
from gitwf.reconcile.prepare import Prepared, prepare

if TYPE_CHECKING:
    from tests.conftest import Folder

    from gitwf.reconcile.clone import Clone

WORKFLOW = """\
define:/train_{n}
  ↳ run    → python3 train.py {n}; cat words.txt
  ↳ deps   → train.py data
  ↳ params → p{n}
  ↳ outs   → {n}.bin

/train_{n}
$x = read("read-{n}.txt")
"""
FILES: dict[str, str | bytes] = {
    **{f"workflows/{n}.wf": WORKFLOW.format(n=n) for n in range(3)},
    "workflows/uses.wf": "use:../shared.wf\n/shared\n/own\n/script\n",
    "shared.wf": "define:/shared\n  ↳ run → echo shared\n",
    "commands/script": "#!/bin/sh\n",
    "dvc.yaml": "stages:\n  own:\n    cmd: cat own.txt\n    deps: [own.txt]\n    outs: [own.bin]\n",
    "own.txt": "own\n",
    "train.py": "train\n",
    "data/a.csv": "a\n",
    "data/b.csv": "b\n",
    "params.yaml": "p0: 0\np1: 1\np2: 2\n",
    "read-0.txt": "0\n",
    "README.md": "words\n",
    "wf.toml": '[controller]\nbranches = ["main"]\n',
}


@pytest.fixture
def clone(folder: Folder) -> Clone:
    folder.write(FILES)
    (folder.path / "commands/script").chmod(0o755)
    folder.commit({})
    return Session(folder.path, dict(os.environ)).clone()


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The workflows that were looked at."""
    paths: list[str] = []

    def spied(path: str, *rest: object) -> Prepared:
        paths.append(path)
        return prepare(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(outline, "prepare", spied)
    return paths


NUMBERED = [f"workflows/{n}.wf" for n in range(3)]
ALL = [*NUMBERED, "workflows/uses.wf"]


@pytest.mark.parametrize(
    ("edit", "again"),
    [
        pytest.param({"README.md": "other words\n"}, [], id="words"),
        pytest.param({"workflows/1.wf": "/echo\n"}, ["workflows/1.wf"], id="a workflow"),
        pytest.param({"params.yaml": "p0: 9\np1: 1\np2: 2\n"}, NUMBERED, id="params"),
        pytest.param({"train.py": "other\n"}, NUMBERED, id="a dep"),
        pytest.param({"data/b.csv": "c\n"}, NUMBERED, id="a file in a folder that is a dep"),
        pytest.param({"own.txt": "other\n"}, ["workflows/uses.wf"], id="a dep of a stage"),
        pytest.param({"shared.wf": "# other\n"}, ["workflows/uses.wf"], id="a file that is used"),
        pytest.param({"commands/script": "#!/bin/sh -e\n"}, ALL, id="a script"),
        pytest.param({"dvc.yaml": "stages: {}\n"}, ALL, id="stages"),
        pytest.param({"wf.toml": ""}, ALL, id="settings"),
        pytest.param({"words.txt": "new\n"}, ALL, id="a file that is new"),
        pytest.param({"read-0.txt": None}, ALL, id="a file that is gone"),
        pytest.param(
            {"workflows/new.wf": "/echo\n"}, [*NUMBERED, "workflows/new.wf", ALL[-1]], id="one more"
        ),
    ],
)
def test_only_what_a_change_may_touch_is_looked_at(
    folder: Folder,
    clone: Clone,
    looked: list[str],
    edit: dict[str, str | bytes | None],
    again: list[str],
) -> None:
    first = folder.git("rev-parse", "HEAD")
    assert [each.problem for each in Outlines(clone).of("main", first).outlines] == [""] * 4
    assert looked == ALL
    looked.clear()
    for path in [path for path, text in edit.items() if text is None]:
        (folder.path / path).unlink()
    second = folder.commit({path: text for path, text in edit.items() if text is not None})
    found = Outlines(clone).of("main", second)
    assert looked == again
    fresh = asked(clone, "main", second)
    assert asked(clone, "main", second, Outlines(clone)).head == fresh.head
    assert sorted(found.prepared) == again
    looked.clear()
    Outlines(clone).of("main", second)
    assert looked == []
    Outlines(clone).of("other", second)
    assert len(looked) == len(found.outlines)


def test_a_lock_file_concerns_the_workflows_with_stages(folder: Folder, clone: Clone) -> None:
    lock = "schema: '2.0'\nstages:\n  own:\n    cmd: {}\n"
    first = folder.commit({"workflows/plain.wf": "/echo\n", "dvc.lock": lock.format("a")})
    assert len(Outlines(clone).of("main", first).outlines) == 5
    second = folder.commit({"dvc.lock": f"{lock.format('a')}>>>>>>> theirs\n"})
    found = Outlines(clone).of("main", second).outlines
    assert [each.path for each in found if each.key is None] == ALL


def test_a_memory_that_is_spoilt_or_of_a_commit_that_is_gone_is_none(
    folder: Folder, clone: Clone, looked: list[str]
) -> None:
    commit = folder.git("rev-parse", "HEAD")
    Outlines(clone).of("main", commit)
    [memory] = (clone.records.state_dir / "cache" / "outlines").iterdir()
    text = memory.read_text()
    for spoilt in (
        "{",
        "[]",
        text.replace(commit, "0" * 40),
        text.replace('"version":"', '"version":"0'),
    ):
        memory.write_text(spoilt)
        looked.clear()
        Outlines(clone).of("main", commit)
        assert looked == ALL
