"""The one law of run lines: a shell gets every value as it is, whatever it is and wherever it stands."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitwf.language.runline import parse_run_line, render
from gitwf.language.value import Value

SHELLS = [shell for shell in ("/bin/sh", "dash", "bash") if shutil.which(shell)]
HOSTILE = "'\"\\$`(){}[]<>|&;#!*?~=%:,-\n\t iféx1"
value = st.text(HOSTILE, max_size=8) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
)
neighbour = st.text("ab1./=-:,%+@ ", max_size=3)


class Variables:
    def __init__(self, found: Value) -> None:
        self.found = found

    def variable(self, name: str) -> Value:
        return self.found if name == "v" else name

    def exists(self, path: str) -> bool:
        return path == ""

    def read(self, path: str) -> bytes:
        return path.encode()

    def environment(self, name: str) -> str | None:
        return name


def said(shell: str, script: str) -> str:
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=60, deadline=None)
@given(value=value, before=neighbour, after=neighbour)
def test_a_shell_gets_every_value_as_it_is(shell: str, value: str, before: str, after: str) -> None:
    bare, end = before.replace(" ", ""), after.replace(" ", "")
    text = f"printf '%s\\1' {bare}${{v}}{end} \"{before}${{v}}{after}\" '{before}${{v}}{after}' > /dev/stdout"
    run_line = parse_run_line(text, 0, "case.wf")
    assert run_line.diagnostics == ()
    expected = [f"{bare}{value}{end}", f"{before}{value}{after}", f"{before}{value}{after}"]
    assert said(shell, render(run_line, Variables(value))) == "".join(f"{e}\1" for e in expected)


pieces = st.sampled_from(
    [
        "$v",
        '"',
        "'",
        "\\",
        "$$",
        "$(",
        ")",
        "((",
        "))",
        "`",
        "${",
        "}",
        "$$x",
        "#",
        " ",
        "a",
        ";",
        "<<",
        "$'",
        "[[ ",
    ]
)


@pytest.mark.parametrize("shell", SHELLS)
@settings(max_examples=200, deadline=None)
@given(line=st.lists(pieces, max_size=8).map("".join))
def test_a_line_is_refused_or_no_value_in_it_runs(shell: str, line: str) -> None:
    run_line = parse_run_line(f"true {line} $v", 0, "case.wf")
    if run_line.diagnostics:
        return
    for hostile in (
        "$(echo pwned >&2)",
        "'$(echo pwned >&2)'",
        '"; echo pwned >&2; "',
        "\necho pwned >&2\n",
    ):
        script = render(run_line, Variables(hostile))
        done = subprocess.run(
            [shell, "-c", script],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=10,
        )
        assert not any(said == b"pwned" for said in done.stderr.splitlines()), script


@example("((a)$v")
@given(st.text("$v{}'\"`()\\ #<[]ab+.?\n", max_size=40))
def test_any_text_is_a_run_line(line: str) -> None:
    run_line = parse_run_line(line, 5, "case.wf")
    for part in run_line.parts:
        assert 5 <= part.span.start < part.span.end <= 5 + len(line)
    for before, after in zip(run_line.parts, run_line.parts[1:], strict=False):
        assert before.span.end == after.span.start
    for diagnostic in run_line.diagnostics:
        assert 5 <= diagnostic.span.start <= 5 + len(line)
