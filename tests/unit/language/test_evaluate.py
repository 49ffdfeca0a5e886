from __future__ import annotations

from collections.abc import Mapping

import pytest

from gitwf.language.embedded import parse_embedded
from gitwf.language.evaluate import evaluate
from gitwf.language.scope import EvaluationError, SecretError, UnsetError
from gitwf.language.value import Value, from_json, to_json

VARIABLES = from_json("""
{"n": 14, "rate": 0.10, "name": "b", "yes": true, "nothing": null, "list": [1, 2.50, "x"],
 "o": {"a": null, "b": {"c": 3}, "accuracy": 0.9, "1": "one"},
 "all": [{"n": 1, "m": {"acc": 0.5}}, {"n": 2, "m": {"acc": 0.9}}, {"n": 3}, {"n": 4, "m.acc": 0.90}]}
""")
FILES = {
    "m.json": b'{"acc": 0.90}',
    "params.yaml": b"lr: 1e-5\nsigma: 0.10\non: yes\nhex: 0x1F\nday: 2026-11-22\n",
    "VERSION": "1.2 é\n".encode(),
    "bad.json": b"{",
    "bad.yaml": b"a: [",
    "latin.txt": b"\xe9",
}


class Surroundings:
    def __init__(self, variables: Mapping[str, Value]) -> None:
        self.variables = variables

    def variable(self, name: str) -> Value:
        if name not in self.variables:
            raise UnsetError(name)
        return self.variables[name]

    def exists(self, path: str) -> bool:
        if path.startswith(".."):
            raise PermissionError(1, "leads out of the repository")
        return path in FILES

    def read(self, path: str) -> bytes:
        if path not in FILES:
            raise FileNotFoundError(path)
        return FILES[path]

    def environment(self, name: str) -> str | None:
        if name == "TOKEN":
            raise SecretError(name)
        return {"USER": "ada"}.get(name)


def value_of(text: str) -> Value:
    found = parse_embedded("case.wf", f"${{{text}}}", 0, 0)
    assert not found.diagnostics
    assert isinstance(VARIABLES, dict)
    return evaluate(found.expression, Surroundings(VARIABLES))


@pytest.mark.parametrize(
    ("text", "json"),
    [
        ("2 + 3 * 4", "14"),
        ("(n - 2) / 4", "3"),
        ("0.1 + 0.2", "0.3"),
        ("0.10 + 0.20", "0.3"),
        ("1 / 3 * 3 == 1", "false"),
        ("10 / 4", "2.5"),
        ("7 % 3", "1"),
        ("-7 % 3", "2"),
        ("7 % -3", "-2"),
        ("-7 % -3", "-1"),
        ("-7.5 % 2", "0.5"),
        ("rate", "0.10"),
        ("-rate", "-0.10"),
        ("- -rate", "0.10"),
        ("-(n - n)", "0"),
        ("1e3 == 1000.0", "true"),
        ('"a" + "b"', '"ab"'),
        ("[1] + [2]", "[1,2]"),
        ('"n=$n m=${o.b.c}"', '"n=14 m=3"'),
        ("1 == '1'", "false"),
        ("true == 1", "false"),
        ("list == [1.0, 2.5, 'x']", "true"),
        ("n != 14", "false"),
        ("'a' < 'b' and 2 >= 2", "true"),
        ("not yes or !yes", "false"),
        ("false and missing", "false"),
        ("true or missing", "true"),
        ("2 in list", "false"),
        ("2.5 in list", "true"),
        ("'b' in o and 'zz' not in o", "true"),
        ("'ell' in 'hello'", "true"),
        ('"release/1.2" matches "release/[0-9.]+"', "true"),
        ('"release/1.2" matches "release"', "false"),
        ("o.a ?? 'none'", '"none"'),
        ("o.missing ?? 5", "5"),
        ("o.missing.deeper ?? 5", "5"),
        ("missing ?? 5", "5"),
        ("n.x ?? 5", "5"),
        ("name.x.y ?? 5", "5"),
        ("n[0] ?? 5", "5"),
        ("missing.x[0] ?? 5", "5"),
        ("list[7] ?? 5", "5"),
        ("o['zz'] ?? 5", "5"),
        ("o.b.c ?? 5", "3"),
        ("missing ?? nothing ?? 5", "5"),
        ("missing ?? o.missing.deeper ?? list[7] ?? 5", "5"),
        ("missing ?? o.b.c ?? 5", "3"),
        ("list[1]", "2.50"),
        ("list[-1]", '"x"'),
        ("o['1']", '"one"'),
        ("[1, 2, 3][1]", "2"),
        ("len('four') + len(list) + len(o)", "11"),
        ("max(1, 7, 3)", "7"),
        ("min([rate, 0.1, 3])", "0.10"),
        ("sum([0.1, 0.2, 3])", "3.3"),
        ("sum([])", "0"),
        ("abs(-0.50)", "0.50"),
        ("round(2.345, 2)", "2.34"),
        ("round(2.5)", "2"),
        ("round(1234, -2)", "1200"),
        ("round(1.5, -9999)", "0"),
        ("round(1e999999, 2)", "1e999999"),
        ("int(-3.7)", "-3"),
        ("int('42')", "42"),
        ("float('1.50')", "1.50"),
        ("str(0.10) + '%'", '"0.10%"'),
        ("lower('AbÉ') + upper('ß')", '"abéSS"'),
        ("keys(o.b) + values(o.b)", '["c",3]'),
        ("exists('m.json')", "true"),
        ("exists('none')", "false"),
        ("read('m.json').acc", "0.90"),
        ("read('params.yaml')", '{"lr":1e-5,"sigma":0.10,"on":"yes","hex":31,"day":"2026-11-22"}'),
        ("read('VERSION')", '"1.2 é"'),
        ("env('USER')", '"ada"'),
        ("env('HOME', 'none')", '"none"'),
        ("best(all, 'm.acc').n", "2"),
        ("best(all, 'm.acc', 'min').n", "1"),
    ],
)
def test_evaluate(text: str, json: str) -> None:
    assert to_json(value_of(text)) == json


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("missing + 1", "missing", "variable `$missing` is not set", None),
        ("'abc' > 5", "'abc' > 5", "`>` cannot compare a string with a number", None),
        ("[1] < [2]", "[1] < [2]", "`<` cannot compare a list with a list", None),
        (
            "'n' + 1",
            "'n' + 1",
            "`+` cannot take a string and a number",
            "`str()` makes a string of a value, and so do double quotes",
        ),
        ("null * 2", "null * 2", "`*` cannot take null and a number", None),
        ("1 / 0", "1 / 0", "division by zero", None),
        ("1 % 0.0", "1 % 0.0", "division by zero", None),
        ("1e999999 * 10", "1e999999 * 10", "the result is out of the range of numbers", None),
        ("-'x'", "-'x'", "`-` takes a number, not a string", None),
        (
            "not n",
            "not n",
            "`not` needs true or false, not a number",
            "compare it with something",
        ),
        (
            "yes and n",
            "yes and n",
            "`and` needs true or false, not a number",
            "compare it with something",
        ),
        ("5 in 'x5'", "5 in 'x5'", "`in` cannot look for a number in a string", None),
        (
            "n matches '1.'",
            "n matches '1.'",
            "`matches` takes a string and a pattern, not a number and a string",
            None,
        ),
        (
            "'a' matches '('",
            "'a' matches '('",
            "bad regular expression: `(` at 1 is not closed",
            None,
        ),
        ("o.acuracy", "o.acuracy", "there is no field `acuracy`", "did you mean `accuracy`?"),
        ("o.b.zzz", "o.b.zzz", "there is no field `zzz`", "its fields are `c`"),
        ("list['x'] ?? 1", "list['x'] ?? 1", "the index of a list is a whole number", None),
        ("list[3]", "list[3]", "there is no item 3: the list has 3 items, from 0", None),
        ("list[0.5]", "list[0.5]", "the index of a list is a whole number", None),
        ("o[1]", "o[1]", "the index of an object is a string", None),
        ("name[0]", "name[0]", "a string has no items", None),
        ("lne(list)", "lne", "unknown function `lne`", "did you mean `len`?"),
        ("len()", "len()", "`len` is called as `len(x)`", None),
        ("len(n)", "len(n)", "`len` takes a string, a list or an object, not a number", None),
        ("max([])", "max([])", "`max` of an empty list", None),
        ("max('a', 2)", "max('a', 2)", "`max` takes a number, not a string", None),
        ("int('x')", "int('x')", "`int`: `x` is not a number", None),
        (
            "int('3.7')",
            "int('3.7')",
            "`3.7` is no whole number",
            "`int(float(x))` cuts it off",
        ),
        ("exists('../x')", "exists('../x')", "`../x`: leads out of the repository", None),
        ("read('none')", "read('none')", "there is no file `none`", None),
        (
            "read('bad.json')",
            "read('bad.json')",
            (
                "`bad.json` cannot be read: Expecting property name enclosed in double quotes: "
                "line 1 column 2 (char 1)"
            ),
            None,
        ),
        (
            "read('latin.txt')",
            "read('latin.txt')",
            "`latin.txt` cannot be read: it is not UTF-8",
            None,
        ),
        (
            "env('TOKEN')",
            "env('TOKEN')",
            "`TOKEN` is a secret",
            "name it in the `secrets` of a command, for its shell alone",
        ),
        (
            "env('HOME')",
            "env('HOME')",
            "environment variable `HOME` is not set",
            '`env("HOME", "…")` takes a default',
        ),
        (
            "best(all, 'm.ac')",
            "best(all, 'm.ac')",
            "no item has a field `m.ac`",
            "did you mean `m.acc`?",
        ),
        (
            "best(all, 'n', 'least')",
            "best(all, 'n', 'least')",
            'the third argument of `best` is `"min"` or `"max"`',
            None,
        ),
    ],
)
def test_what_has_no_value(text: str, place: str, message: str, hint: str | None) -> None:
    with pytest.raises(EvaluationError) as caught:
        value_of(text)
    error = caught.value
    where = f"${{{text}}}"[error.span.start : error.span.end]
    assert (where, str(error), error.hint) == (place, message, hint)


def test_bad_yaml_says_where() -> None:
    with pytest.raises(EvaluationError, match=r"^`bad\.yaml` cannot be read: line 1: "):
        value_of("read('bad.yaml')")


def test_a_long_sum_is_refused_where_it_stands() -> None:
    found = parse_embedded("case.wf", f"${{{' + '.join(['1'] * 3000)}}}", 0, 7)
    (diagnostic,) = found.diagnostics
    assert diagnostic.message == "too many operators in a row"
    assert diagnostic.span.start == 9


@pytest.mark.parametrize("text", ["$a + $a", '"$a$a"', "[$a, $a]"])
def test_a_value_cannot_grow_without_end(text: str) -> None:
    found = parse_embedded("case.wf", f"${{{text}}}", 0, 0)
    variables: dict[str, Value] = {"a": "x" * 1024}

    def grow() -> None:
        for _ in range(64):
            variables["a"] = evaluate(found.expression, Surroundings(variables))

    with pytest.raises(EvaluationError, match="too large"):
        grow()
