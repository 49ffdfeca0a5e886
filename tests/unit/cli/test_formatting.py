"""What `git wf fmt` prints, and its exit statuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from gitwf.cli.formatting import reformat

if TYPE_CHECKING:
    from tests.conftest import Folder

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    """The exit status, output and talk of `git wf fmt` with these words."""
    folder.write({"a.wf": "/a->/b", "right.wf": "/a\n"})
    monkeypatch.chdir(folder.path)

    def answer(*words: str) -> tuple[int, str, str]:
        status = reformat(words)
        return status, *capsys.readouterr()

    return answer


DIFF = """\
--- a/a.wf
+++ b/a.wf
@@ -1 +1 @@
-/a->/b
\\ No newline at end of file
+/a {arrow} /b
"""


def test_says_what_it_changed(said: Said, folder: Folder) -> None:
    assert said() == (0, "", "formatted `a.wf`\n")
    assert (folder.path / "a.wf").read_text() == "/a → /b\n"
    assert said() == (0, "", "2 files, nothing to format\n")


def test_check_names_what_it_would_change(said: Said, folder: Folder) -> None:
    assert said("--check") == (1, "a.wf\n", "")
    assert said("--check", "right.wf") == (0, "", "1 file, nothing to format\n")
    assert (folder.path / "a.wf").read_text() == "/a->/b"


def test_diff_shows_what_it_would_change(said: Said, folder: Folder) -> None:
    assert said("--diff") == (0, DIFF.format(arrow="→"), "")
    assert said("--diff", "--check", "--ascii") == (1, DIFF.format(arrow="->"), "")
    assert (folder.path / "a.wf").read_text() == "/a->/b"


@pytest.mark.parametrize("option", ["--check", "--diff", "--ascii", "--"])
def test_a_file_with_errors_is_not_formatted(said: Said, folder: Folder, option: str) -> None:
    folder.write({"wrong.wf": "/a   →\n"})
    status, output, talk = said(option, "wrong.wf")
    assert (status, output) == (2, "")
    assert talk == (
        "wrong.wf:1:7: WF103 expected a command\n"
        "  1 | /a   →\n"
        "    |       ^\n"
        "1 file not formatted: mend the errors first\n"
    )
    assert (folder.path / "wrong.wf").read_text() == "/a   →\n"


def test_an_unknown_option(said: Said) -> None:
    talk = "git-wf: `fmt` has no option `--chekc`: there are `--check`, `--diff` and `--ascii`\n"
    assert said("--chekc") == (2, "", talk)
