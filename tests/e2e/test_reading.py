"""The commands that help people to read and write workflows, as they print and end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tests.e2e.conftest import Done, Project

PAGES = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"


def test_explain_prints_the_page(empty: Project) -> None:
    assert empty.done("explain", "WF201") == (PAGES / "WF201.md").read_text(encoding="utf-8")
    known = msgspec.json.decode(empty.done("explain", "wf201", "--json"))
    assert known["meaning"] == "variable used that is never set before"


def test_explain_lists_the_codes(empty: Project) -> None:
    listed = empty.done("explain").splitlines()
    assert listed[0] == "WF101  character not allowed"
    assert [line[:5] for line in listed] == [page.stem for page in sorted(PAGES.glob("WF*.md"))]
    assert len(msgspec.json.decode(empty.done("explain", "--json"))) == len(listed)


def test_explain_does_not_know_the_code(empty: Project) -> None:
    said: Done = empty.wf("explain", "WF210")
    assert (said.status, said.out) == (2, "")
    assert said.err == "git-wf: there is no code `WF210`\n  did you mean `WF201`?\n"


def test_graph_shows_the_flow(empty: Project) -> None:
    empty.folder.write({"main.wf": "if:$status == 0 → /a → /b && /c\n"})
    assert empty.done("graph", "main.wf") == (
        "main.wf\n╰─ if $status == 0\n   ├─ yes → /a\n   ╰─ no → /b && /c\n"
    )
    assert empty.done("graph", "main.wf", "--format", "mermaid").startswith("flowchart TD\n")
    drawn = empty.wf("graph", "main.wf", "--format", "svg")
    assert drawn.out.rstrip().endswith("</svg>")
    assert drawn.err == ""


def test_graph_of_a_run(empty: Project) -> None:
    empty.commit({"main.wf": "retry:1 → /echo a && /fail\n/echo b\n"})
    empty.wf("run", "main.wf", "--here")
    assert empty.done("graph", "latest") == (
        "main.wf\n├─ retry 1 → /echo a (succeeded) && /fail (failed)\n╰─ /echo b (not run)\n"
    )
    said = empty.wf("graph", "nowhere")
    assert (said.status, said.err) == (
        2,
        "git-wf: there is no file or run `nowhere`\n  `git wf log` lists the runs\n",
    )


def test_what_is_wrong_in_a_file_that_is_used_is_shown_with_its_place(empty: Project) -> None:
    show = "define:/show of\n  ↳ run → echo $of ${of.brunch}\n"
    empty.commit({"lib.wf": show, "main.wf": "use:lib.wf\n/show $run\n"})
    words = "lib.wf:2:22: there is no field `brunch`: did you mean `branch`?"
    said = empty.wf("run", "main.wf")
    assert said.status == 1
    assert said.err.splitlines()[-1].partition(" s, 0 executed, 0 restored: ")[2] == words
    assert f"  error     {words}\n" in empty.done("show", "latest")
    error = msgspec.json.decode(empty.done("show", "latest", "--json"))["error"]
    assert [error[key] for key in ("place", "message", "hint")] == words.split(": ")


def test_graph_of_what_cannot_be_read(empty: Project) -> None:
    empty.folder.write({"main.wf": "/a && {\n"})
    said = empty.wf("graph", "main.wf")
    assert (said.status, said.err) == (2, "")
    assert said.out == (
        "main.wf:1:7: WF104 this brace is never closed\n"
        "  1 | /a && {\n"
        "    |       ^\n"
        "    = close it with `}`\n"
    )
    assert empty.wf("graph", "nowhere.wf").status == 2


def test_lsp_ends_when_its_editor_does(empty: Project) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "gitwf", "lsp"],
        cwd=empty.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (0, b"")
