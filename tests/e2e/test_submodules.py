"""Runs with submodules: their files are there, and a commit of theirs is a change like others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder
    from tests.e2e.conftest import Project

ALLOWED = ("-c", "protocol.file.allow=always")
STAGE = "define:/use\n  ↳ run  → {run}\n  ↳ deps → {deps}\n  ↳ outs → out.txt\n"


@pytest.fixture
def library(make_folder: MakeFolder) -> Folder:
    made = make_folder("library")
    made.commit({"src/model.py": "1\n", "other.txt": "other\n"})
    return made


def add(project: Project, library: Folder) -> None:
    project.git(*ALLOWED, "submodule", "--quiet", "add", str(library.path), "lib")


def move(project: Project, library: Folder, files: dict[str, str | bytes]) -> None:
    """Commit ``files`` in the library, and have the project take that commit."""
    library.commit(files)
    project.git("-C", "lib", *ALLOWED, "pull", "--quiet", "origin", "main")
    project.commit({}, "Newer library")


def test_in_a_repository_of_many_files_each_run_finds_it_as_committed(
    ready: Project, library: Folder
) -> None:
    """The files of the last run are used again, and what it did to those of the submodule is not."""
    add(ready, library)
    look = "cat lib/src/model.py; ls -A lib; echo soiled > lib/src/model.py; touch lib/junk"
    many: dict[str, str | bytes] = {f"many/{n}-{'x' * 200}": f"{n}\n" for n in range(300)}
    ready.commit(many | {"main.wf": f"define:/look\n  ↳ run → {look}\n\n/look\n"})
    for model in ("1\n", "1\n", "2\n"):
        if model == "2\n":
            move(ready, library, {"src/model.py": model})
        ready.done("run", "main.wf")
        assert ready.done("logs", "latest") == f"{model}other.txt\nsrc\n"
        assert (ready.path / ".git/wf/spare").exists()


@pytest.mark.parametrize(
    ("run", "deps"),
    [
        pytest.param("cat lib/src/model.py > out.txt", "lib/src/model.py", id="a file"),
        pytest.param("cat lib/src/* > out.txt", "lib/src", id="a folder"),
        pytest.param("cat lib/src/* > out.txt", "lib", id="all of it"),
    ],
)
def test_a_dep_in_a_submodule(ready: Project, library: Folder, run: str, deps: str) -> None:
    add(ready, library)
    text = f"on:commit\n\n{STAGE.format(run=run, deps=deps)}\n/use\n"
    ready.commit({"workflows/main.wf": text})
    ready.done("reconcile")
    move(ready, library, {"src/model.py": "2\n"})
    (planned,) = json.loads(ready.done("plan", "--json"))["workflows"]
    assert planned["verdict"] == "run"
    ready.done("reconcile")
    newest, first = ready.log()
    assert [first.executed, newest.executed] == [1, 1]
    ready.done("checkout", newest.run)
    assert (ready.path / "out.txt").read_text() == "2\n"
    move(ready, library, {"src/model.py": "1\n"})
    ready.done("reconcile")
    assert (ready.log()[0].executed, ready.log()[0].restored) == (0, 1)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param("run → cat lib/src/model.py >> $$LEDGER", id="a word"),
        pytest.param("run → cat l*/*/*.py >> $$LEDGER\n  ↳ deps → lib/src/*.py", id="a glob"),
        pytest.param(
            "run → cat l*/*/*.py >> $$LEDGER\n  ↳ params → lib/p.yaml:a", id="a parameter"
        ),
    ],
)
def test_a_command_without_outs(ready: Project, library: Folder, fields: str) -> None:
    library.commit({"p.yaml": "a: 1\n"})
    add(ready, library)
    text = f"on:commit\n\ndefine:/use\n  ↳ {fields}\n\n/use\n"
    ready.commit({"workflows/main.wf": text})
    ready.done("reconcile")
    ready.commit({"unrelated.txt": "x"})
    ready.done("reconcile")
    move(ready, library, {"src/model.py": "2\n"})
    ready.done("reconcile")
    assert ready.ledger() == ["1", "2"]
    assert [run.status for run in ready.log()] == ["succeeded"] * 2
