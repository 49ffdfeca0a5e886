from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from gitwf_hooks.validate import validate

if TYPE_CHECKING:
    from tests.conftest import Folder


Said = Callable[..., tuple[int, str]]

COMMANDS = "define:/fetch\n  ↳ run → true\n"


@pytest.fixture
def said(folder: Folder, capsys: pytest.CaptureFixture[str]) -> Said:
    """Lay out and stage files, and return the hook's status and words on a change to ``paths``."""

    def answer(files: dict[str, str | bytes], *paths: str) -> tuple[int, str]:
        folder.write(files)
        folder.git("add", "--all")
        status = validate(folder.path, paths)
        return status, capsys.readouterr().out

    return answer


def test_says_nothing_of_what_is_right(said: Said) -> None:
    assert said({"right.wf": "/echo hello\n"}, "right.wf") == (0, "")


def test_says_what_is_wrong_and_where(said: Said) -> None:
    status, words = said({"wrong.wf": "/ecko hello\n"}, "wrong.wf")
    assert status == 1
    assert words == (
        "wrong.wf:1:1: WF202 unknown command `/ecko`\n"
        "  1 | /ecko hello\n"
        "    | ^^^^^\n"
        "    = did you mean `/echo`?\n"
    )


def test_a_warning_lets_the_commit_pass(said: Said) -> None:
    status, words = said({"odd.wf": "$unused = 1\n"}, "odd.wf")
    assert status == 0
    assert words == (
        "odd.wf:1:1: WF302 warning: `$unused` is set and never used\n"
        "  1 | $unused = 1\n"
        "    | ^^^^^^^\n"
        "    = delete it, or begin its name with `_` if it is there for people to see\n"
    )


def test_a_file_that_is_not_utf_8(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.path / "latin.wf").write_bytes(b"/echo \xe9\n")
    assert validate(folder.path, ["latin.wf"]) == 1
    assert capsys.readouterr().out.startswith("latin.wf:1:7: WF101 ")


def test_other_workflows_are_not_the_commits(said: Said) -> None:
    assert said({"wrong.wf": "/ecko\n", "right.wf": "/echo\n"}, "right.wf") == (0, "")


def test_a_change_concerns_the_workflows_that_use_it(said: Said) -> None:
    files = {"main.wf": "use:lib/a.wf\n/fetch\n", "lib/a.wf": "use:b.wf\n", "lib/b.wf": COMMANDS}
    assert said(files, "lib/b.wf") == (0, "")
    status, words = said({"lib/b.wf": "# moved away\n"}, "lib/b.wf")
    assert (status, words.partition("\n")[0]) == (1, "main.wf:2:1: WF202 unknown command `/fetch`")


def test_a_fault_in_a_file_that_two_use_is_said_once(said: Said) -> None:
    files = dict.fromkeys(("a.wf", "b.wf"), "use:shared.wf\n")
    status, words = said({**files, "shared.wf": "define:/x\n  ↳ rum → true\n"}, "shared.wf")
    assert status == 1
    assert words.count("shared.wf:2:5: WF103") == 1


def test_no_change_concerns_nothing(said: Said) -> None:
    assert said({"wrong.wf": "/ecko\n"}) == (0, "")


def test_a_workflow_that_is_staged_and_deleted(said: Said, folder: Folder) -> None:
    said({"gone.wf": "/ecko\n"}, "gone.wf")
    (folder.path / "gone.wf").unlink()
    assert validate(folder.path, ["wf.toml"]) == 0


@pytest.mark.parametrize(
    ("path", "without", "content", "workflow"),
    [
        pytest.param(
            "dvc.yaml", "stages: {}\n", "stages:\n  train:\n    cmd: x\n", "/train\n", id="stage"
        ),
        pytest.param(
            "dvc.yaml",
            "stages: {}\n",
            "stages:\n  train:\n    foreach: [us]\n    do: {cmd: x}\n",
            "/train@us\n",
            id="member",
        ),
        pytest.param(
            "lib/v1/dvc.yaml", "", "stages:\n  train:\n    cmd: x\n", "/lib/v1:train\n", id="folder"
        ),
        pytest.param("wf.toml", "", "[target.box]\n", "target:ssh:box → /echo\n", id="target"),
        pytest.param(
            "wf.toml",
            "[env.production]\n",
            "[env.staging]\n",
            "define:/deploy\n  ↳ run → true\n  ↳ effect → staging\n/deploy\n",
            id="environment",
        ),
    ],
)
def test_what_the_repository_has_counts(
    said: Said, path: str, without: str, content: str, workflow: str
) -> None:
    _, words = said({path: without, "main.wf": workflow}, path)
    assert "WF20" in words
    _, words = said({path: content}, path)
    assert "WF20" not in words


def test_commands_are_executables_of_their_folder(said: Said, folder: Folder) -> None:
    folder.write({"commands/smoke.py": "", "commands/notes.txt": ""})
    (folder.path / "commands" / "smoke.py").chmod(0o755)
    assert said({"main.wf": "/smoke\n"}, "main.wf") == (0, "")
    assert said({"main.wf": "/notes\n"}, "main.wf")[0] == 1


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        pytest.param(
            "wf.toml",
            "[env\n",
            "wf.toml: Expected ']' at the end of a table declaration",
            id="toml",
        ),
        pytest.param("dvc.yaml", "stages: [\n", "dvc.yaml: line 2: ", id="yaml"),
    ],
)
def test_a_broken_file_stops_the_commit(said: Said, path: str, content: str, words: str) -> None:
    status, shown = said({path: content}, path)
    assert status == 1
    assert shown.startswith(words)
