from __future__ import annotations

from pathlib import Path

import pytest

from gitwf_hooks.entry import main


@pytest.mark.usefixtures("folder")
def test_a_hook_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "work" / "wrong.wf").write_text("/ecko hello\n")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr("sys.argv", ["git-wf-hook", "validate", "wrong.wf"])
    assert main() == 1
    assert capsys.readouterr().out.startswith("wrong.wf:1:1: WF202 unknown command `/ecko`\n")


@pytest.mark.parametrize("words", [pytest.param([], id="none"), pytest.param(["x"], id="unknown")])
def test_there_is_no_such_hook(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err == f"git-wf-hook: there is no hook `{''.join(words)}`\n"
