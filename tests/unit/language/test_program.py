from __future__ import annotations

import pytest

from gitwf.diagnostics import render
from gitwf.language.program import Program, load

RUN = "\n  ↳ run → true\n"


def said(program: Program) -> list[str]:
    lines = (render(d, program.sources[d.path]).splitlines() for d in program.diagnostics)
    return [" | ".join([found[0], *found[3:]]) for found in lines]


def test_a_file_alone() -> None:
    program = load("case.wf", {"case.wf": "define:/a" + RUN + "/a\n"}.get)
    assert (said(program), list(program.files), program.unreadable) == ([], ["case.wf"], ())
    assert program.file is program.files["case.wf"]
    assert {name: found.path for name, found in program.definitions.items()} == {"a": "case.wf"}


def test_used_files_are_found_from_the_file_that_uses_them() -> None:
    files = {
        "wf/case.wf": "use:lib/a.wf\nuse:../b.wf\n/a\n",
        "wf/lib/a.wf": "use:c.wf\ndefine:/a" + RUN,
        "wf/lib/c.wf": "use:../../b.wf\ndefine:/c" + RUN,
        "b.wf": "define:/b" + RUN,
    }
    program = load("wf/case.wf", files.get)
    assert said(program) == []
    assert list(program.files) == ["wf/case.wf", "wf/lib/a.wf", "wf/lib/c.wf", "b.wf"]
    assert list(program.definitions) == ["a", "c", "b"]


def test_a_byte_order_mark_does_not_count_as_a_column() -> None:
    program = load("case.wf", {"case.wf": "\ufeff}\n"}.get)
    assert said(program) == [
        "case.wf:1:1: WF104 this brace was never opened |     = delete it, or open a group with `{`"
    ]


def test_carriage_returns_do_not_get_into_run_lines() -> None:
    unix = "define:/a\n  ↳ run → x \\\n    y\n"
    programs = [load("case.wf", {"case.wf": t}.get) for t in (unix, unix.replace("\n", "\r\n"))]
    assert programs[0].file == programs[1].file


def test_what_cannot_be_read_is_known() -> None:
    program = load("wf/case.wf", {"wf/case.wf": "use:nowhere.wf\nuse:nowhere.wf\n"}.get)
    assert program.unreadable == ("wf/nowhere.wf",)
    message = "WF208 there is no file `wf/nowhere.wf` |     = the path is relative to this file"
    assert said(program) == [f"wf/case.wf:1:5: {message}", f"wf/case.wf:2:5: {message}"]


@pytest.mark.parametrize("path", ["../x.wf", "/x.wf", ".git/x.wf", "a/../../x.wf"])
def test_paths_that_lead_outside(path: str) -> None:
    program = load("case.wf", {"case.wf": f"use:{path}\n", path: ""}.get)
    message = f"case.wf:1:5: WF501 `{path}` leads outside of the repository"
    assert (said(program), program.unreadable) == ([message], ())


def test_files_in_a_circle() -> None:
    files = {"a.wf": "use:b.wf\n", "b.wf": "use:c.wf\n", "c.wf": "use:b.wf\nuse:c.wf\n"}
    assert said(load("a.wf", files.get)) == [
        "c.wf:1:5: WF208 `b.wf` is used in a circle |     = `b.wf` → `c.wf` → `b.wf`",
        "c.wf:2:5: WF208 `c.wf` uses itself",
    ]


def test_a_chain_of_files_has_an_end() -> None:
    files = {f"{n}.wf": f"use:{n + 1}.wf\n" for n in range(3000)}
    assert said(load("0.wf", files.get)) == ["50.wf:1:5: WF208 files use each other too deeply"]


def test_doubles_are_reported_where_they_can_be_mended() -> None:
    files = {
        "case.wf": "use:a.wf\nuse:b.wf\ndefine:/x" + RUN + "define:/y" + RUN + "define:/y" + RUN,
        "a.wf": "define:/x" + RUN + "define:/z" + RUN,
        "b.wf": "define:/z" + RUN,
    }
    program = load("case.wf", files.get)
    assert said(program) == [
        "case.wf:7:8: WF205 `/y` is defined twice |     = the other one is `case.wf:5`",
        "case.wf:3:8: WF205 `/x` is defined twice |     = the other one is `a.wf:1`",
        "b.wf:1:8: WF205 `/z` is defined twice |     = the other one is `a.wf:3`",
    ]
    assert program.definitions["x"].path == "case.wf"


def test_the_workflow_itself_must_be_there() -> None:
    with pytest.raises(FileNotFoundError, match=r"case\.wf"):
        load("case.wf", lambda _: None)
