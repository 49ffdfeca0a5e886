from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from gitwf.app.graph import Format, graph
from gitwf.app.session import Session, UsageError
from gitwf.app.validate import Findings

if TYPE_CHECKING:
    from tests.conftest import Folder

SVG = "{http://www.w3.org/2000/svg}"


def test_an_svg_shows_the_words_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "main.wf").write_text('/a "<b> & \\"c\\"" && /b\non_failure → /c\n')
    drawn = graph(Session(tmp_path, {}), "main.wf", Format.SVG)
    assert isinstance(drawn, str)
    root = ET.fromstring(drawn)  # noqa: S314 (we drew it ourselves)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert sorted(filter(None, texts)) == [
        '/a "<b> & \\"c\\""',
        "/b",
        "/c",
        "on commit",
        "on failure",
    ]


def test_an_svg_needs_graphviz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "main.wf").write_text("/a\n")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(UsageError) as caught:
        graph(Session(tmp_path, {}), "main.wf", Format.SVG)
    assert str(caught.value) == (
        "Graphviz is not installed, which draws an SVG: "
        "`pip install 'git-wf[graph]'`, or `--format mermaid`"
    )


def test_a_file_that_cannot_be_parsed_is_not_drawn(tmp_path: Path) -> None:
    (tmp_path / "main.wf").write_text("/a && {\n")
    drawn = graph(Session(tmp_path, {}), "main.wf", Format.TEXT)
    assert isinstance(drawn, Findings)
    assert [d.code for d in drawn.diagnostics] == ["WF104"]


def test_what_the_checker_finds_is_drawn_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "main.wf").write_text("use:nowhere.wf\n/unknown $x\n")
    assert graph(Session(tmp_path, {}), "main.wf", Format.TEXT) == "main.wf\n╰─ /unknown $x\n"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        graph(Session(tmp_path, {}), "main.wf", Format.TEXT)


def test_what_is_neither_a_file_nor_a_run(folder: Folder) -> None:
    folder.commit({"main.wf": "/a\n"})
    with pytest.raises(UsageError) as caught:
        graph(Session(folder.path, {}), "01ABC", Format.TEXT)
    assert str(caught.value) == "there is no file or run `01ABC`: `git wf log` lists the runs"
