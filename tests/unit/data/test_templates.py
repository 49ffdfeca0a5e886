from __future__ import annotations

import pytest

from gitwf.data.dvcyaml import Beside, Refused, apart, read_stages
from gitwf.plan.stage import Out, Stage

FILES = {
    "params.yaml": "a: 1\nnames: [x, 0.1]\nby: {us: {t: 1}}\nflags: {deep: true, n: 2}\n",
    "other.yaml": "b: 2\n",
    "sub/params.yaml": "a: 3\n",
    "sub/inner/own.yaml": "d: 4\n",
}
ROOT = Beside(FILES.get)


def stage(name: str, cmd: str, **fields: object) -> dict[str, Stage]:
    return {name: Stage(name, cmd, **fields)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "stages"),
    [
        pytest.param("cmd: echo ${a} \\${HOME}", stage("s", "echo 1 ${HOME}"), id="params"),
        pytest.param("cmd: echo ${b} ${c}", stage("s", "echo 2 9"), id="vars"),
        pytest.param("vars: [{d: 5}]\n    cmd: echo ${d}", stage("s", "echo 5"), id="own-vars"),
        pytest.param("cmd: run ${flags}", stage("s", "run --deep --n 2"), id="flags"),
        pytest.param(
            "cmd: run\n    outs: ['${a}.txt': {cache: false}]",
            stage("s", "run", outs=(Out("1.txt", cache=False),)),
            id="paths",
        ),
        pytest.param(
            "foreach: ${names}\n    do: {cmd: 'run ${item}', frozen: true}",
            {
                **stage("s@x", "run x", frozen=True),
                **stage("s@0.1", "run 0.1", frozen=True),
                "s": Refused("it stands for several: `s@x`, `s@0.1`"),
            },
            id="foreach",
        ),
        pytest.param(
            "foreach: ${by}\n    do: {cmd: 'run ${key} ${item.t}'}",
            {**stage("s@us", "run us 1"), "s": Refused("it stands for several: `s@us`")},
            id="foreach-by-name",
        ),
        pytest.param(
            "matrix: {m: [cnn], n: '${names}'}\n    cmd: run ${item.m} ${key}",
            {
                **stage("s@cnn-x", "run cnn cnn-x"),
                **stage("s@cnn-0.1", "run cnn cnn-0.1"),
                "s": Refused("it stands for several: `s@cnn-x`, `s@cnn-0.1`"),
            },
            id="matrix",
        ),
    ],
)
def test_templates_are_what_dvc_makes_of_them(
    body: str, stages: dict[str, Stage | Refused]
) -> None:
    assert read_stages(f"vars: [other.yaml, c: 9]\nstages:\n  s:\n    {body}\n", ROOT) == stages


def test_templates_of_a_folder_know_its_files() -> None:
    text = "stages:\n  s: {cmd: 'echo ${a} ${d}', wdir: inner, vars: [own.yaml]}\n"
    found = read_stages(text, Beside(FILES.get, "sub"))
    assert found == stage("s", "echo 3 4", wdir="sub/inner", folder="sub")


def test_flags_follow_the_settings_of_dvc() -> None:
    beside = Beside(FILES.get, parsing={"bool": "boolean_optional"})
    text = "vars: [f: {deep: false}]\nstages:\n  s: {cmd: 'run ${f}'}\n"
    assert read_stages(text, beside) == stage("s", "run --no-deep")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{cmd: 'echo ${HOME}'}", "its templates do not resolve: could not find `HOME`"),
        ("{cmd: run, vars: [no.yaml]}", "its templates do not resolve: `no.yaml` does not exist"),
        (
            "{cmd: 'echo ${a.}'}",
            "its templates do not resolve: expected end of text, found `.`",
        ),
        (
            "{foreach: [1]}",
            "a `foreach` stands with a `do` that has the fields, and nothing else",
        ),
        ("{matrix: [1], cmd: a}", "its `matrix` does not hold lists by name"),
        ("{matrix: {a: 1}, cmd: a}", "its templates are not as DVC has them"),
        ("{foreach: '${a}', do: {cmd: a}}", "its templates do not resolve: failed to resolve"),
    ],
)
def test_what_does_not_resolve_is_said_and_the_others_are_there(body: str, reason: str) -> None:
    found = read_stages(f"stages:\n  s: {body}\n  y: {{cmd: 'b ${{a}}'}}\n", ROOT)
    refused = found["s"]
    assert isinstance(refused, Refused)
    assert refused.reason.startswith(reason)
    assert found["y"] == Stage("y", "b 1")


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        ("a", "a", ("it writes `a`, and so does `y`", "it writes `a`, and so does `x`")),
        (
            "a",
            "a/b",
            ("its out `a` holds `a/b`, an out of `y`", "its out `a/b` lies in `a`, an out of `x`"),
        ),
        ("a", "a-b", None),
        ("a", "b/a", None),
    ],
)
def test_outs_in_one_another_are_refused(
    one: str, other: str, reasons: tuple[str, str] | None
) -> None:
    text = f"stages:\n  x: {{cmd: x, outs: [{one}, a-c]}}\n  y: {{cmd: y, outs: [{other}]}}\n"
    found = apart(read_stages(text))
    refused = tuple(each.reason for each in found.values() if isinstance(each, Refused))
    assert refused == (reasons or ())
