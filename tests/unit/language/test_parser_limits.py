"""What is too deep or too long is reported, once, and ends no process."""

from __future__ import annotations

import pytest

from gitwf.language.parser import parse

DEEP = ["WF103 nested too deeply"]
LONG = ["WF103 too many operators in a row"]


def said(text: str) -> list[str]:
    return [f"{d.code} {d.message}" for d in parse("case.wf", text).diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{ " * 39 + "/a" + " }" * 39, [], id="groups-that-may-be"),
        pytest.param("{ " * 9999 + "/a" + " }" * 9999, DEEP, id="groups"),
        pytest.param("{ " * 9999, DEEP, id="open-groups"),
        pytest.param("{\n" * 9999, DEEP, id="open-groups-of-lines"),
        pytest.param("if:1 → " * 9999 + "/a", DEEP, id="directives"),
        pytest.param("try: " * 9999 + "/a", DEEP, id="tries"),
        pytest.param("case:1\n↳ 1 → " * 9999 + "/a", DEEP, id="cases"),
        pytest.param("$x = " + "(" * 9999 + "1" + ")" * 9999, DEEP, id="parentheses"),
        pytest.param("$x = " + "[" * 9999, DEEP, id="lists"),
        pytest.param("$x = " + "not " * 9999 + "1", DEEP, id="nots"),
        pytest.param("$x = " + "-" * 9999 + "1", DEEP, id="minuses"),
        pytest.param("/a " + '"${' * 9999, DEEP, id="values-in-quotes"),
        pytest.param("/a && " * 100 + "/a", [], id="a-chain-that-may-be"),
        pytest.param("/a && " * 99999 + "/a", LONG, id="a-chain"),
        pytest.param("$x = 1" + " + 1" * 99999, LONG, id="a-sum"),
        pytest.param("$x = a" + ".b" * 99999, LONG, id="fields"),
        pytest.param("/a | " * 9999 + "/a", [], id="a-pipeline-is-flat"),
        pytest.param("/a ; " * 9999 + "/a", [], id="a-line-is-flat"),
    ],
)
def test_limits(text: str, expected: list[str]) -> None:
    assert said(text) == expected
