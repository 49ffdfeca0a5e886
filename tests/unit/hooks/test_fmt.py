from __future__ import annotations

from typing import TYPE_CHECKING

from gitwf_hooks.fmt import fmt

if TYPE_CHECKING:
    import pytest
    from tests.conftest import Folder


def test_says_nothing_of_what_is_right(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.write({"right.wf": "/a && /b\n"})
    assert fmt(folder.path, ["right.wf"]) == 0
    assert capsys.readouterr().out == ""


def test_changes_what_is_written_otherwise_once(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write({"a.wf": "/a&&/b\r\n", "right.wf": "/a\n"})
    assert fmt(folder.path, ["a.wf", "right.wf"]) == 1
    assert capsys.readouterr().out == "formatted `a.wf`\n"
    assert (folder.path / "a.wf").read_bytes() == b"/a && /b\n"
    assert fmt(folder.path, ["a.wf", "right.wf"]) == 0


def test_leaves_what_has_errors(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.write({"wrong.wf": b"/a   b \xff\n"})
    assert fmt(folder.path, ["wrong.wf"]) == 1
    assert capsys.readouterr().out == (
        "wrong.wf:1:8: WF101 byte 0xFF is not UTF-8\n"
        "  1 | /a   b \ufffd\n"
        "    |        ^\n"
        "    = save the file as UTF-8\n"
    )
    assert (folder.path / "wrong.wf").read_bytes() == b"/a   b \xff\n"
