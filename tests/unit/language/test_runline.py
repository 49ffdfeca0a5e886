"""Values in run lines, as a real shell reads them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

import pytest

from gitwf.diagnostics import Source
from gitwf.diagnostics import render as shown
from gitwf.language.runline import RunLine, names, parse_run_line, render
from gitwf.language.scope import EvaluationError, UnsetError
from gitwf.language.value import Value, from_json, parse_number

SHELLS = [shell for shell in ("/bin/sh", "dash", "bash") if shutil.which(shell)]
HOSTILE = [
    "x; echo pwned",
    "$(echo pwned)",
    "`echo pwned`",
    "' echo pwned '",
    '" echo pwned "',
    "\\",
    "\\\\'\\\"",
    "${IFS}$HOME$$",
    "a\nb\n",
    "*",
    "~",
    "# no comment",
    "-n",
    "!!",
    "if",
    "{a,b}",
    "é\t\x01",
    "",
]


class Variables:
    def __init__(self, variables: Mapping[str, Value]) -> None:
        self.variables = variables

    def variable(self, name: str) -> Value:
        if name not in self.variables:
            raise UnsetError(name)
        return self.variables[name]

    def exists(self, path: str) -> bool:
        raise FileNotFoundError(path)

    def read(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def environment(self, name: str) -> str | None:
        raise KeyError(name)


def parsed(text: str) -> RunLine:
    run_line = parse_run_line(text, 0, "case.wf")
    assert run_line.diagnostics == ()
    return run_line


def rendered(text: str, **variables: Value) -> str:
    return render(parsed(text), Variables(variables))


def output(shell: str, script: str) -> str:
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_is_never_code(shell: str, value: str) -> None:
    places = ["$v", '"$v"', "'$v'", "=$v=", '"=$v="', "'=$v='", '"$$((1+1))$v"', "$v$v", '"\\$$v"']
    script = rendered(f"printf '[%s]' {' '.join(places)}", v=value)
    twice = [value] * 3 + [f"={value}="] * 3 + [f"2{value}", value + value, f"${value}"]
    assert output(shell, script) == "".join(f"[{text}]" for text in twice)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("for a in $list; do printf '[%s]' \"$$a\"; done", "[1 2][][if]"),
        ("printf '[%s]' $list", "[1 2][][if]"),
        ("printf '[%s]' x$list", "[x1 2  if]"),
        ('printf "[%s]" "$list"', "[1 2  if]"),
        ("printf '[%s]' $none $empty end", "[][end]"),
        ('x=$v; printf \'[%s]\' "$$x" "$$(printf \'%s\' "$$x")"', "[a  b][a  b]"),
        ("printf '[%s]' \\$v", "[$v]"),
        ("printf '[%s]' \\\\$v", "[\\a  b]"),
        ("printf '[%s]' '\\$v' '\\'$v", "[\\$v][\\a  b]"),
        ("printf '[%s]' $$((1+2)) $((1<<2)) $v", "[3][4][a  b]"),
        ("set -- one two; printf '[%s]' $# $1 \"$@\" $v", "[2][one][one][two][a  b]"),
        ("if test $v = 'a  b'; then printf yes; fi", "yes"),
        ("case $v in 'a  b') printf yes;; esac", "yes"),
        ("(printf '[%s]' $v) | cat", "[a  b]"),
        ("printf '[%s]' a#$v \\ #$v", "[a#a  b][ #a  b]"),
        ("printf '[%s]' ${object}", '[{"k":[1.50,"x"]}]'),
        ("printf '[%s]' ${object.k[0]} ${v + \"}\"}", "[1.50][a  b}]"),
        ("printf '[%s]' $n$n $n.x n=$n", "[22][2.x][n=2]"),
        ("echo $n>/dev/null; printf '[%s]' \"$$(echo '}')\" $v", "[}][a  b]"),
    ],
)
def test_what_a_shell_reads(shell: str, text: str, said: str) -> None:
    variables = from_json('{"list": ["1 2", null, "if"], "empty": [], "none": null, "v": "a  b"}')
    assert isinstance(variables, dict)
    variables |= {"object": from_json('{"k": [1.50, "x"]}'), "n": parse_number("2")}
    assert output(shell, rendered(text, **variables)) == said


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (
            "train --sigma $v --out models/${v}.joblib",
            "train --sigma 0.10 --out models/0.10.joblib",
        ),
        ("train --sigma=$v; echo $v", "train --sigma=0.10; echo 0.10"),
        ("echo $v>out", "echo '0.10'>out"),
        ("$v=x", "'0.10'=x"),
        ("$v() { :; }", "'0.10'() { :; }"),
        ("echo {1,$v}", "echo {1,'0.10'}"),
        ("echo ~$v", "echo ~'0.10'"),
        ("echo el$word", "echo el'se'"),
    ],
)
def test_plain_values_stand_as_they_are_where_that_is_certain(text: str, script: str) -> None:
    assert rendered(text, v=parse_number("0.10"), word="se") == script


REFUSED = {
    "inside `$(…)`, where its quoting is not certain": [
        "printf '%s' \"$$(printf '%s' ^$v)\"",
        "echo $(echo (a) ^$v)",
        'echo "$(echo "^$v")"',
    ],
    "inside backquotes, where its quoting is not certain": ["echo `echo ^$v`", 'echo "`echo ^$v`"'],
    "inside `$((…))`, where its quoting is not certain": ["echo $$(( ^$v + 1 ))", "x=$(((1)+^$v))"],
    "inside `((…))`, where its quoting is not certain": ["(( x = ^$v ))"],
    "inside `[[ … ]]`, which may evaluate it": ["[[ ^$v -eq 1 ]]"],
    "inside `${…}`, where its quoting is not certain": [
        'echo "$${HOME:-^$v}"',
        "echo $${HOME:-'^$v'}",
        'echo $${HOME:-"^$v"}',
    ],
    "inside `$'…'`, where its quoting is not certain": ["echo $$'a^$v'", "echo $'a^$v'"],
    'inside `$"…"`, where its quoting is not certain': ['echo $"^$v"'],
    "in a comment": ["true # ^$v", "true;#^$v", "# 'a' ^$v"],
    "in a subscript, which may be evaluated": ["a[^$v]=1"],
    "after `<<`, whose text a value could end": ["cat <<EOF ^$v", "cat <<< ^$v", "cat <<^$v"],
    "directly after a `$`": ['echo "$$^$v"', "echo $$^$v"],
    "directly after a shell variable": ['echo "$$x^$v"'],
    "after `case`, which shells read in different ways": [
        'echo "$(case x in x) echo ;; esac)" "^$v"',
    ],
    "after `((`, which shells read in different ways": ["echo $((echo a); (echo b)) ^$v"],
    "after `$[`, which shells read in different ways": ["echo $[1] ^$v"],
    r"after `$'…\'…'`, which shells read in different ways": [r"echo $'a\'b' ^$v"],
    "after `${`, which shells read in different ways": ["echo $${ date; } ^$v"],
    "after `${…$'`, which shells read in different ways": ["echo $${x:-$$'a'} ^$v"],
    "after `\"${…'`, which shells read in different ways": ['echo "$${x:-\'}" ^$v'],
}


@pytest.mark.parametrize(
    ("place", "text"), [(place, text) for place, texts in REFUSED.items() for text in texts]
)
def test_places_that_take_no_value(place: str, text: str) -> None:
    at = text.index("^")
    (diagnostic,) = parse_run_line(text.replace("^", ""), 100, "case.wf").diagnostics
    assert (diagnostic.code, diagnostic.message) == ("WF103", f"a value cannot stand {place}")
    assert (diagnostic.span.start, diagnostic.span.end) == (100 + at, 102 + at)
    assert diagnostic.hint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("echo ^'abc $v", "`'`"),
        ('echo $$x ^"abc $v', '`"`'),
        ("echo ^`date", "backquote"),
        ("echo $^$(date", "`$(`"),
        ("echo ^$((1+2)", "`$((`"),
        ("echo $$$$ ^$'x", "`$'`"),
        ('echo "a" ^"$(echo")', '`"`'),
    ],
)
def test_what_is_not_closed(text: str, what: str) -> None:
    at = text.index("^")
    (diagnostic,) = parse_run_line(text.replace("^", ""), 0, "case.wf").diagnostics
    assert (diagnostic.code, diagnostic.message) == ("WF102", f"unterminated {what}")
    assert diagnostic.span.start == (at - 1 if text[at - 1] == "$" else at)


def test_a_refusal_as_people_see_it() -> None:
    text = "  ↳ run → echo `date -d ${day + 1}`"
    at = text.index("echo")
    (diagnostic,) = parse_run_line(text[at:], at, "case.wf").diagnostics
    assert shown(diagnostic, Source("case.wf", text)) == (
        "case.wf:1:25: WF103 a value cannot stand inside backquotes, where its quoting is not certain\n"
        "  1 |   ↳ run → echo `date -d ${day + 1}`\n"
        "    |                         ^^^^^^^^^^\n"
        "    = put it into a shell variable before: `x=${day + 1}; …`, and `$$x` there"
    )


def test_errors_in_expressions_have_their_place() -> None:
    (diagnostic,) = parse_run_line("echo ${a +} $b", 10, "case.wf").diagnostics
    assert (diagnostic.code, diagnostic.span.start) == ("WF107", 20)


def test_names_are_those_that_must_be_set() -> None:
    found = names(parsed('echo $a ${b.c[d] ?? max(e, "$f")} $$shell \\$g'))
    assert [name.name for name in found] == ["a", "e", "f"]
    assert [(name.span.start, name.span.end) for name in found[:1]] == [(5, 7)]


@pytest.mark.parametrize("text", ["echo $v", 'echo "$v"', "echo '$v'"])
def test_a_nul_fails(text: str) -> None:
    with pytest.raises(EvaluationError, match="a value that holds a NUL cannot stand in a command"):
        rendered(text, v="a\0b")


def test_a_refused_place_is_never_rendered() -> None:
    run_line = parse_run_line("echo `echo $v`", 0, "case.wf")
    with pytest.raises(EvaluationError, match="a value cannot stand here"):
        render(run_line, Variables({"v": "x"}))


def test_nesting_has_no_end() -> None:
    deep = "$(" * 5000
    (diagnostic,) = parse_run_line(f"echo {deep}", 0, "case.wf").diagnostics
    assert diagnostic.message == "unterminated `$(`"
