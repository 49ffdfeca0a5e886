from __future__ import annotations

from collections.abc import Mapping

import pytest

from gitwf.language import tree
from gitwf.language.arguments import ArgumentError, bind, check_call
from gitwf.language.expand import arguments, text_of, value_of
from gitwf.language.parser import parse
from gitwf.language.scope import EvaluationError, UnsetError
from gitwf.language.signature import BUILTINS, Signature
from gitwf.language.value import Value, from_json, to_json

VARIABLES = """
{"v": "b=9", "w": "--b=9", "sigma": 0.10, "list": [1, "x y", null], "empty": [], "none": null,
 "whole": 1E3, "half": 0.5, "yes": true, "object": {"k": 1}, "index": 4}
"""


class Variables:
    def __init__(self, variables: Value) -> None:
        assert isinstance(variables, dict)
        self.variables: Mapping[str, Value] = variables

    def variable(self, name: str) -> Value:
        if name not in self.variables:
            raise UnsetError(name)
        return self.variables[name]

    def exists(self, path: str) -> bool:
        return path == "model.joblib"

    def read(self, path: str) -> bytes:
        return path.encode()

    def environment(self, name: str) -> str | None:
        return name


SCOPE = Variables(from_json(VARIABLES))


def statement(text: str) -> tree.Statement:
    found = parse("case.wf", text)
    assert found.diagnostics == ()
    return found.file.block.lines[0].items[0].statement


def command(text: str) -> tree.Command:
    found = statement(text)
    assert isinstance(found, tree.Command)
    return found


def callee(parameters: str) -> tree.Definition:
    found = statement(f"define:/p {parameters}\n  ↳ run → true")
    assert isinstance(found, tree.Definition)
    return found


@pytest.mark.parametrize(
    ("words", "json"),
    [
        ("a 1.50 true null", '["a",1.50,true,null]'),
        ('\'1.50\' "true" "a"b', '["1.50","true","ab"]'),
        ('$sigma x$sigma 1$index "$index"', '[0.10,"x0.10",14,"4"]'),
        ('$list x${list} "$list"', '[1,"x y",null,"x1 x y ","1 x y "]'),
        ("a $empty b", '["a","b"]'),
        ("$none ${object} ${[[1]]}", '[null,{"k":1},[1]]'),
        ("${half + 1} ${object.k}${half}", "[1.5,10.5]"),
        (r"x\ y \$v $$v a\"b", '["x y","$v","$v","a\\"b"]'),
        ("''", '[""]'),
    ],
)
def test_words_to_arguments(words: str, json: str) -> None:
    found = arguments(command(f"/c {words}").words, SCOPE)
    assert to_json([argument.value for argument in found]) == json


def test_a_word_as_text_and_as_value() -> None:
    (word,) = command("/c $list").words
    assert text_of(word, SCOPE) == "1 x y "
    assert to_json(value_of(word, SCOPE)) == '[1,"x y",null]'
    assert [argument.text for argument in arguments([word], SCOPE)] == ["1", "x y", ""]


@pytest.mark.parametrize(
    ("parameters", "words", "json"),
    [
        ("a b=2 c:int=3", "1", '{"a":1,"b":2,"c":3}'),
        ("a b=2 c:int=3", "1 5", '{"a":1,"b":5,"c":3}'),
        ("a b=2 c:int=3", "a=x c=9", '{"a":"x","b":2,"c":9}'),
        ("a b=2 c:int=3", "x --c 7 --b=y", '{"a":"x","b":"y","c":7}'),
        ("a b=2", "b=1 2", '{"a":2,"b":1}'),
        ("a b=2", "$v", '{"a":"b=9","b":2}'),
        ("a b=2", "$w", '{"a":"--b=9","b":2}'),
        ("a b=2", '"b=9"', '{"a":"b=9","b":2}'),
        ("a b=2", "'--b' 3", '{"a":"--b","b":3}'),
        ("a b=2", "-- b=9 --b", '{"a":"b=9","b":"--b"}'),
        ("a b=2", "--b -- -- --", '{"a":"--","b":"--"}'),
        ("a", "a=", '{"a":""}'),
        ("a", 'a="x y"', '{"a":"x y"}'),
        ("a", 'a="1"', '{"a":"1"}'),
        ("a", "a=$list", '{"a":[1,"x y",null]}'),
        ("a", "--a $list", '{"a":[1,"x y",null]}'),
        ("a", "-5", '{"a":-5}'),
        ("a", "https://example.org/?q=1", '{"a":"https://example.org/?q=1"}'),
        ("a b c", "$list", '{"a":1,"b":"x y","c":null}'),
        ("a=1 b=x${a}y$index", "", '{"a":1,"b":"x1y4"}'),
        ("learning_rate", "--learning-rate 0.10", '{"learning_rate":0.10}'),
        ("...", "bare --flag=$sigma -- a=b", '{"args":["bare","--flag=0.10","--","a=b"]}'),
        ("a ...", "x --flag 3 y $list", '{"a":"x","args":["--flag",3,"y",1,"x y",null]}'),
        ("a ...", "--flag 3 y", '{"a":3,"args":["--flag","y"]}'),
        ("a=1 ...", "", '{"a":1,"args":[]}'),
        ("n:int", "$whole", '{"n":1000}'),
        ("n:int", "007", None),
        ("x:float", "1e-5", '{"x":1e-5}'),
        ("s:str", "0.10", '{"s":"0.10"}'),
        ("s:str", "true", '{"s":"true"}'),
        ("p:path", "data/x.csv", '{"p":"data/x.csv"}'),
        ("b:bool", "$yes", '{"b":true}'),
    ],
)
def test_bind(parameters: str, words: str, json: str | None) -> None:
    call = command(f"/p {words}")
    if json is None:
        with pytest.raises(ArgumentError):
            bind(callee(parameters), call, SCOPE)
    else:
        assert to_json(bind(callee(parameters), call, SCOPE)) == json
        assert check_call(callee(parameters), call) == ()


CERTAIN = [
    ("a b", "1", "`/p` needs `b`", "it is called as `/p a b`"),
    ("a b=2 ...", "", "`/p` needs `a`", "it is called as `/p a [b] [...]`"),
    ("a", "1 2", "`/p` takes 1 argument, not 2", "it is called as `/p a`"),
    ("", "1", "`/p` takes 0 arguments, not 1", "it is called as `/p`"),
    ("a b", "b=1 2 3", "`/p` takes 1 more argument, not 2", "it is called as `/p a b`"),
    ("colour", "--color red", "`/p` has no parameter `color`", "did you mean `colour`?"),
    ("a", "a --zzz", "`/p` has no parameter `zzz`", "it is called as `/p a`"),
    ("a", "--a", "`--a` of `/p` has no value", "it is called as `/p a`"),
    ("a b", "--a --b 3", "`--a` of `/p` has no value", "it is called as `/p a b`"),
    ("a", "a=1 --a 2", "`a` of `/p` is given twice", "it is called as `/p a`"),
    ("n:int", "x", "`n` of `/p` is a whole number, not `x`", "it is called as `/p n`"),
    ("n:int", '"5"', "`n` of `/p` is a whole number, not `5`", "it is called as `/p n`"),
    ("n:int", "n=1.5", "`n` of `/p` is a whole number, not `1.5`", "it is called as `/p n`"),
    ("x:float", "''", '`x` of `/p` is a number, not `""`', "it is called as `/p x`"),
    ("b:bool", "1", "`b` of `/p` is `true` or `false`, not `1`", "it is called as `/p b`"),
    ("p:path", "''", '`p` of `/p` is a path, not `""`', "it is called as `/p p`"),
    ("s:str", "null", "`s` of `/p` is a string, not `null`", "it is called as `/p s`"),
]


@pytest.mark.parametrize(("parameters", "words", "message", "hint"), CERTAIN)
def test_what_is_certainly_wrong(parameters: str, words: str, message: str, hint: str) -> None:
    call = command(f"/p {words}")
    fault = check_call(callee(parameters), call)[0]
    assert (fault.message, fault.hint) == (message, hint)
    assert (fault.span.start, fault.span.end) == (0, 2)
    with pytest.raises(ArgumentError) as caught:
        bind(callee(parameters), call, SCOPE)
    assert (str(caught.value), caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("parameters", "words", "message"),
    [
        ("a b", "$list", "`/p` takes 2 arguments, not 3"),
        ("a", "$empty", "`/p` needs `a`"),
        ("n:int", "$half", "`n` of `/p` is a whole number, not `0.5`"),
        ("s:str", "${object}", '`s` of `/p` is a string, not `{"k":1}`'),
        ("a b=$sigma", "1", "the default of `b`: variable `$sigma` is not set"),
    ],
)
def test_what_only_values_show(parameters: str, words: str, message: str) -> None:
    call = command(f"/p {words}")
    assert check_call(callee(parameters), call) == ()
    with pytest.raises(ArgumentError) as caught:
        bind(callee(parameters), call, SCOPE)
    assert str(caught.value) == message


def test_an_argument_without_a_value() -> None:
    with pytest.raises(EvaluationError, match="variable `\\$nope` is not set"):
        bind(callee("a"), command("/p $nope"), SCOPE)


@pytest.mark.parametrize(
    ("text", "json"),
    [
        ("/echo a --b=c $list", '{"args":["a","--b=c",1,"x y",null]}'),
        ("/sleep 1h30m", '{"duration":"1h30m"}'),
        ("/sleep 0.5", '{"duration":0.5}'),
        ("/fail", '{"message":"","status":1}'),
        ("/fail 'out of memory' status=3", '{"message":"out of memory","status":3}'),
    ],
)
def test_built_in_commands_are_bound_alike(text: str, json: str) -> None:
    call = command(text)
    assert check_call(BUILTINS[call.name], call) == ()
    assert to_json(bind(BUILTINS[call.name], call, SCOPE)) == json


def test_a_built_in_command_says_what_it_takes() -> None:
    (fault,) = check_call(BUILTINS["sleep"], command("/sleep soon"))
    assert fault.message == (
        "`duration` of `/sleep` is a duration such as `300`, `250ms` or `1h30m`, not `soon`"
    )


def test_a_signature_shows_how_its_command_is_called() -> None:
    assert Signature("x", (), rest=True).text == "/x [...]"


@pytest.mark.parametrize(
    ("text", "json"),
    [
        (
            "/results:best phase:1 metric:accuracy",
            '{"phase":1,"metric":"accuracy","direction":"max","experiment":""}',
        ),
        (
            "/results:best 1 --metric loss direction=min",
            '{"phase":1,"metric":"loss","direction":"min","experiment":""}',
        ),
        (
            "/results:log metrics:$object experiment:a phase:warm-up",
            '{"metrics":{"k":1},"experiment":"a","phase":"warm-up","config":null}',
        ),
        (
            "/results:log $object phase:$index",
            '{"metrics":{"k":1},"experiment":"","phase":4,"config":null}',
        ),
    ],
)
def test_some_name_their_arguments_as_options_of_directives(text: str, json: str) -> None:
    call = command(text)
    assert check_call(BUILTINS[call.name], call) == ()
    assert to_json(bind(BUILTINS[call.name], call, SCOPE)) == json


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/results:best fase:1", "`/results:best` has no parameter `fase`"),
        ("/results:table n:many", "`n` of `/results:table` is a whole number, not `many`"),
        ("/results:log accuracy", "`metrics` of `/results:log` is an object, not `accuracy`"),
    ],
)
def test_what_they_do_not_take(text: str, message: str) -> None:
    (fault,) = check_call(BUILTINS[command(text).name], command(text))
    assert fault.message == message
