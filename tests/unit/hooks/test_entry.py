from __future__ import annotations

from pathlib import Path

import pytest

from gitwf_hooks.entry import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_says_nothing_of_what_is_right(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "right.wf").write_text("/echo hello\n")
    assert main(["right.wf"]) == 0
    assert capsys.readouterr().out == ""


def test_says_what_is_wrong_and_where(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wrong.wf").write_text("/ecko hello\n")
    assert main(["wrong.wf"]) == 1
    assert capsys.readouterr().out == (
        "wrong.wf:1:1: WF202 unknown command `/ecko`\n"
        "  1 | /ecko hello\n"
        "    | ^^^^^\n"
        "    = did you mean `/echo`?\n"
    )


def test_a_warning_lets_the_commit_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "odd.wf").write_text("$unused = 1\n")
    assert main(["odd.wf"]) == 0
    assert capsys.readouterr().out == (
        "odd.wf:1:1: WF302 warning: `$unused` is set and never used\n"
        "  1 | $unused = 1\n"
        "    | ^^^^^^^\n"
        "    = delete it, or begin its name with `_` if it is there for people to see\n"
    )


def test_checks_only_the_files_of_the_commit(folder: Path) -> None:
    (folder / "wrong.wf").write_text("/ecko\n")
    (folder / "right.wf").write_text("/echo\n")
    assert main(["right.wf"]) == 0


def test_checks_nothing_where_the_commit_has_no_workflow(folder: Path) -> None:
    (folder / "wrong.wf").write_text("/ecko\n")
    assert main([]) == 0


def test_takes_the_files_from_the_command_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "wrong.wf").write_text("/ecko\n")
    monkeypatch.setattr("sys.argv", ["git-wf-hook", "wrong.wf"])
    assert main() == 1
