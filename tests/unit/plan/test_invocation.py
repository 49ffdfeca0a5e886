"""What a definition is with its arguments: a command, or a DVC stage."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitwf.language import tree
from gitwf.language.parser import parse
from gitwf.language.scope import ClosedScope, EvaluationError, UnsetError
from gitwf.language.value import Value, number
from gitwf.plan.invocation import Invocation, invoke, is_static, stage_name
from gitwf.plan.place import Choice
from gitwf.plan.retry import Policy
from gitwf.plan.stage import Out, OutKind


class Nothing:
    """The scope of a file in which nothing is set."""

    def variable(self, name: str) -> Value:
        raise UnsetError(name)

    def exists(self, path: str) -> bool:
        return not path

    def read(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def environment(self, name: str) -> str | None:
        return None if name else name


def _definition(fields: str, parameters: str = "") -> tree.Definition:
    lines = "".join(f"  ↳ {line}\n" for line in fields.split("; "))
    parsed = parse("main.wf", f"define:/train {parameters}\n{lines}")
    assert not parsed.diagnostics
    [line] = parsed.file.block.lines
    found = line.items[0].statement
    assert isinstance(found, tree.Definition)
    return found


def _invoke(
    fields: str, values: Mapping[str, Value] | None = None, parameters: str = ""
) -> Invocation:
    known = values or {}
    definition = _definition(fields, parameters or " ".join(known))
    return invoke(definition, known, ClosedScope(known, Nothing()))


def test_a_command_without_outs_is_no_stage() -> None:
    found = _invoke(
        "run → serve $port; wdir → app; deps → a; env → A=1 B=x=y; secrets → TOKEN KEY; "
        "effect → staging; timeout → 1h30m; retry → 2; target → ssh:box setup:x",
        {"port": number(80)},
    )
    assert found == Invocation(  # noqa: S604  (a field, not an option of subprocess)
        name="train",
        shell="serve 80",
        wdir="app",
        environment={"A": "1", "B": "x=y"},
        secrets=("TOKEN", "KEY"),
        effect="staging",
        timeout=5400.0,
        retry=Policy(2),
        target=Choice("ssh:box", {"setup": "x"}),
        deps=("a",),
        parameters={"port": number(80)},
    )


def test_a_command_with_outs_is_a_stage() -> None:
    found = _invoke(
        "run → train -s $seed; desc → trains # a model; deps → a b/$seed; outs → m/$seed; "
        "outs_no_cache → n; outs_persist → p; metrics → e.json; metrics_no_cache → g.json; plots → c.csv",
        {"seed": number(7)},
    )
    stage = found.stage
    assert stage is not None
    assert (stage.cmd, stage.wdir, stage.deps) == ("train -s 7", ".", ("a", "b/7"))
    assert stage.desc == "trains # a model"
    assert set(stage.outs) == {
        Out("m/7"),
        Out("n", cache=False),
        Out("p", persist=True),
        Out("e.json", OutKind.METRIC),
        Out("g.json", OutKind.METRIC, cache=False),
        Out("c.csv", OutKind.PLOT),
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("lr", {"params.yaml": ("lr",)}),
        ("lr train.depth", {"params.yaml": ("lr", "train.depth")}),
        ("c.json:lr c.json:depth lr", {"c.json": ("lr", "depth"), "params.yaml": ("lr",)}),
        ("c.json:", {"c.json": None}),
        ("c.json:lr c.json:", {"c.json": None}),
        ("c.json: c.json:lr", {"c.json": None}),
    ],
    ids=["a key", "two keys", "of two files", "a whole file", "a key, then all", "all, then a key"],
)
def test_the_params_of_a_stage(words: str, expected: object) -> None:
    stage = _invoke(f"run → t; outs → o; params → {words}").stage
    assert stage is not None
    assert stage.params == expected


def test_a_list_alone_is_a_path_for_each_item() -> None:
    stage = _invoke("run → t; deps → $files x$files; outs → o", {"files": ["a b", "c"]}).stage
    assert stage is not None
    assert stage.deps == ("a b", "c", "xa b c")


@given(
    st.dictionaries(
        st.sampled_from("ABC"), st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    )
)
def test_the_environment_of_a_stage_is_in_its_command(environment: dict[str, str]) -> None:
    values: dict[str, Value] = {name.lower(): text for name, text in environment.items()}
    pairs = " ".join(f"{name}=${name.lower()}" for name in environment)
    fields = 'run → printf %s. "$$A" "$$B" "$$C"; outs → o' + (f"; env → {pairs}" if pairs else "")
    found = _invoke(fields, values)
    assert found.stage is not None
    assert found.environment == {}
    done = subprocess.run(
        ["/bin/sh", "-c", found.shell],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    expected = "".join(f"{environment.get(name, '')}." for name in "ABC")
    assert done.stdout == expected.encode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("timeout", "soon", "the timeout of `/train` is `soon`, no duration"),
        ("timeout", "", "the timeout of `/train` is ``, no duration"),
        ("retry", "often", "the retry of `/train` is `often`, no count"),
        ("retry", number(-1), "the retry of `/train` is `-1`, no count"),
    ],
)
def test_a_value_that_does_not_fit_its_field(field: str, value: Value, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        _invoke(f"run → t; {field} → $x", {"x": value})
    assert str(caught.value) == message


def test_a_definition_is_closed() -> None:
    with pytest.raises(EvaluationError) as caught:
        _invoke("run → echo $outside")
    assert str(caught.value) == "variable `$outside` is not set"


NAMES: dict[str, tuple[str, dict[str, Value], str]] = {
    "without parameters": ("", {}, "train"),
    "a number": ("lr", {"lr": number(7)}, "train-7-"),
    "what DVC does not take": ("lr", {"lr": "0.1@x/y z"}, "train-0-1-x-y-z-"),
    "several": ("a b", {"a": "x", "b": "y"}, "train-x-y-"),
    "the rest": ("a ...", {"a": "x", "args": ["y", "z"]}, "train-x-y-z-"),
    "nothing that could be shown": ("a", {"a": "→"}, "train-"),
}


@pytest.mark.parametrize(("parameters", "values", "expected"), NAMES.values(), ids=NAMES)
def test_the_name_of_a_stage(parameters: str, values: dict[str, Value], expected: str) -> None:
    name = stage_name(_definition("run → t; outs → o", parameters), values, "cmd")
    assert name == (f"{expected}04dc5b" if expected.endswith("-") else expected)


@given(st.text(max_size=80), st.text(max_size=80))
def test_names_of_stages_are_names_to_dvc_and_differ(one: str, other: str) -> None:
    definition = _definition("run → t; outs → o", "a")
    names = {stage_name(definition, {"a": text}, f"t {text}") for text in (one, other)}
    assert len(names) == len({one, other})
    assert all(c.isascii() and (c.isalnum() or c in "-_") for name in names for c in name)


@pytest.mark.parametrize(
    ("fields", "parameters", "expected"),
    [
        ("run → t; outs → o", "", True),
        ("run → t; metrics_no_cache → o", "", True),
        ("run → t", "", False),
        ("run → t; outs → o", "a", False),
    ],
    ids=["outs", "metrics", "no stage", "with parameters"],
)
def test_static_is_what_every_run_plays_alike(
    fields: str,
    parameters: str,
    expected: bool,  # noqa: FBT001
) -> None:
    assert is_static(_definition(fields, parameters)) is expected
