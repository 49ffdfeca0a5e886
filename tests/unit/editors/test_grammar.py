"""The TextMate grammar, by an engine that works as VS Code's does (on Oniguruma)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import onigurumacffi
import pytest
from textmate_grammar.parsers.base import LanguageParser

from gitwf.language.check.options import OPTIONS
from gitwf.language.definitions import FIELDS, TYPES
from gitwf.language.directives import _DIRECTIVES
from gitwf.language.functions import FUNCTIONS
from gitwf.language.statements import EVENTS

EDITORS = Path(__file__).parents[3] / "docs" / "editors"
TEXT = (EDITORS / "wf.tmLanguage.json").read_text("utf-8")
GRAMMAR = json.loads(TEXT)


@pytest.fixture(scope="module")
def parser() -> LanguageParser:
    alone = TEXT.replace(', { "include": "source.shell" }', "")
    return LanguageParser(json.loads(alone))


def scopes(parser: LanguageParser, text: str) -> dict[str, str]:
    """Return the innermost scope of each word of ``text`` that has one; a later word wins."""
    found: dict[str, str] = {}
    parsed = parser.parse_string(f"{text}\n")
    for _, word, inside in parsed.flatten() if parsed else ():
        for part in word.split():
            found[part] = inside[-1].removesuffix(".wf")
    return found


CASES = [
    ("use:commands.wf", {"use": "keyword.control.import", "commands.wf": "string.unquoted.path"}),
    (
        "on:commit branch:main",
        {
            "on": "keyword.control.trigger",
            "commit": "constant.language.event",
            "branch": "variable.parameter.option",
        },
    ),
    (
        "define:/train sigma=0.12 epochs:int ...",
        {
            "define": "keyword.declaration",
            "train": "entity.name.function",
            "sigma": "variable.parameter",
            "0.12": "constant.numeric",
            "epochs": "variable.parameter",
            "int": "support.type",
            "...": "variable.parameter.rest",
        },
    ),
    (
        "  ↳ run → echo ${n}",
        {
            "↳": "punctuation.definition.branch",
            "run": "support.type.property-name",
            "→": "keyword.operator.arrow",
            "n": "variable.other",
        },
    ),
    (
        "  => outs -> a.txt",
        {"=>": "punctuation.definition.branch", "outs": "support.type.property-name"},
    ),
    ("  ↳ desc → if:x /y", {"/y": "string.unquoted.description"}),
    (
        "/a->/b",
        {"a": "entity.name.function", "->": "keyword.operator.arrow", "b": "entity.name.function"},
    ),
    (
        "/a/b.c:train@cnn-0.1 x@y→/d@e",
        {"a/b.c:train@cnn-0.1": "entity.name.function", "d@e": "entity.name.function"},
    ),
    ("/a /tmp/x --out=/y", {"a": "entity.name.function", "--out": "variable.parameter"}),
    (
        "/a && /b || /c | /d ; /e & /f > g",
        {
            **dict.fromkeys("abcdef", "entity.name.function"),
            "&&": "keyword.operator.logical",
            "|": "keyword.operator.pipe",
            ";": "punctuation.terminator.statement",
            "&": "keyword.operator.background",
            ">": "keyword.operator.redirect",
        },
    ),
    (
        "$x = sweep:s=1,2 max:4 → retry:3 delay:60s → /a --s $s # why",
        {
            "x": "variable.other.assignment",
            "sweep": "keyword.control",
            "max": "variable.parameter.option",
            "retry": "keyword.control",
            "60s": "constant.numeric.duration",
            "a": "entity.name.function",
            "#": "comment.line.number-sign",
        },
    ),
    (
        "$best = best($trials, 'x').y ?? 1",
        {
            "=": "keyword.operator.assignment",
            "best": "support.function",
            "y": "variable.other.property",
            "??": "keyword.operator.default",
            "1": "constant.numeric",
        },
    ),
    (
        "if:not $a.b == 1 and c in [true] → /d",
        {
            "if": "keyword.control.conditional",
            "not": "keyword.operator.word",
            "b": "variable.other.property",
            "==": "keyword.operator.comparison",
            "c": "variable.other",
            "true": "constant.language",
            "d": "entity.name.function",
        },
    ),
    (
        "  ↳ main, * → try: /a → catch: /b",
        {"try": "keyword.control", "catch": "keyword.control", "b": "entity.name.function"},
    ),
    ("barrier timeout:60", {"barrier": "keyword.control", "timeout": "variable.parameter.option"}),
    ("state:save → run.json", {"state": "keyword.control", "save": "constant.language"}),
    ("on_failure → /a", {"on_failure": "keyword.control.handler", "a": "entity.name.function"}),
    ('/a "$n \\" x"', {"n": "variable.other", '\\"': "constant.character.escape"}),
    (
        "{ /a }",
        {
            "{": "punctuation.section.block",
            "a": "entity.name.function",
            "}": "punctuation.section.block",
        },
    ),
    ("<<<<<<< HEAD", {"<<<<<<<": "invalid.illegal.merge-conflict"}),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_scopes(parser: LanguageParser, text: str, expected: dict[str, str]) -> None:
    found = scopes(parser, text)
    assert {word: found.get(word) for word in expected} == expected


@pytest.mark.parametrize(("text", "word"), [("/a /tmp", "tmp"), ("/a a#b", "b"), ("/a x/y:z", "y")])
def test_words_are_plain(parser: LanguageParser, text: str, word: str) -> None:
    assert word not in scopes(parser, text)


def rules(node: object) -> Iterator[dict[str, object]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from rules(inner)


def test_every_pattern_compiles() -> None:
    patterns = [
        rule[key] for rule in rules(GRAMMAR) for key in ("match", "begin", "end") if key in rule
    ]
    assert len(patterns) > 40
    for pattern in patterns:
        onigurumacffi.compile(pattern)


def test_every_include_is_there() -> None:
    names = {str(rule["include"]) for rule in rules(GRAMMAR) if "include" in rule}
    assert {n[1:] for n in names if n.startswith("#")} <= GRAMMAR["repository"].keys()
    assert {n for n in names if not n.startswith("#")} == {"source.shell"}


@pytest.mark.parametrize(
    ("first", "names"),
    [
        pytest.param(
            "retry", _DIRECTIVES.keys() - {"if", "case"} | {"catch", "finally"}, id="directives"
        ),
        pytest.param("deps", FIELDS - {"run", "desc"}, id="fields"),
        pytest.param("int", set(TYPES), id="types"),
        pytest.param("len", FUNCTIONS.keys(), id="functions"),
        pytest.param("commit", set(EVENTS), id="events"),
    ],
)
def test_names_are_those_of_the_language(first: str, names: set[str]) -> None:
    (listed,) = set(re.findall(rf"\((?:\?:)?({first}(?:\|\w+)+)\)", TEXT))
    assert set(listed.split("|")) == names


def test_options_may_have_any_name() -> None:
    option = re.compile(GRAMMAR["repository"]["option"]["match"])
    assert all(option.match(f" {key}:1", 1) for known in OPTIONS.values() for key in known)


def test_the_extension_names_files_that_are_there() -> None:
    given = json.loads((EDITORS / "package.json").read_text("utf-8"))["contributes"]
    (language,), (grammar,) = given["languages"], given["grammars"]
    assert grammar["scopeName"] == GRAMMAR["scopeName"]
    for path in (language["configuration"], grammar["path"]):
        json.loads((EDITORS / path).read_text("utf-8"))
