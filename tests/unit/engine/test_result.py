"""The result of a command, and what a command gets (language.md, sections 4 and 6)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.engine.jobs.environment import for_commands, renamed, secret_values
from gitwf.engine.unit.result import LIMIT, Result, result_of
from gitwf.language.value import to_json
from gitwf.targets.job import JobFolder

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play

NO_JSON = "the file of `WF_RESULT` is not valid JSON: the result is null"
PRINTED: dict[str, tuple[bytes, str]] = {
    "JSON": (b'{"a": 0.10}\n', '{"a":0.10}'),
    "JSON over several lines": (b'{"a":\n 1}\n', '{"a":1}'),
    "JSON in the last line": (b"epoch 1\nepoch 2\n[1, 2]\n\n", "[1,2]"),
    "a number": (b"0.970\n", "0.970"),
    "text": (b"  two\nlines \n", '"two\\nlines"'),
    "nothing": (b"", "null"),
    "white space": (b" \n\t\n", "null"),
    "what Python prints but JSON has not": (b"NaN\n", '"NaN"'),
    "no UTF-8": (b"\xff\n", '"\N{REPLACEMENT CHARACTER}"'),
    "a separator of lines in a string": ('{"a": "\u2028"}\n'.encode(), '{"a":"\u2028"}'),
    "as large as may be": (b"x" * LIMIT, f'"{"x" * LIMIT}"'),
}


@pytest.mark.parametrize(("printed", "expected"), PRINTED.values(), ids=PRINTED)
def test_what_a_command_printed(tmp_path: Path, printed: bytes, expected: str) -> None:
    (tmp_path / "out").write_bytes(printed)
    found = result_of(JobFolder(tmp_path), None)
    assert (to_json(found.value), found.warning) == (expected, None)


def test_output_that_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"x" * (LIMIT + 1))
    assert result_of(JobFolder(tmp_path), None) == Result(
        None, "the output is above 1 MiB: the result is null"
    )


def test_no_output_at_all(tmp_path: Path) -> None:
    assert result_of(JobFolder(tmp_path), None) == Result(None)


WRITTEN: dict[str, tuple[bytes, Result]] = {
    "JSON": (b'"written"', Result("written")),
    "null": (b"null", Result(None)),
    "nothing": (b"", Result(None, NO_JSON)),
    "text": (b"done", Result(None, NO_JSON)),
    "no UTF-8": (b'"\xff"', Result(None, NO_JSON)),
    "too much": (b" " * (LIMIT + 1), Result(None, "the result is above 1 MiB: it is null")),
}


@pytest.mark.parametrize(("written", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_what_a_command_wrote_comes_first(tmp_path: Path, written: bytes, expected: Result) -> None:
    (tmp_path / "out").write_bytes(b'"printed"')
    (tmp_path / "result").write_bytes(written)
    assert result_of(JobFolder(tmp_path), {"accuracy": "metric"}) == expected


NO_FILE: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a FIFO": os.mkfifo,
    "a link that leads nowhere": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize("make", NO_FILE.values(), ids=NO_FILE)
def test_a_result_that_is_no_file(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "result")
    warning = "what `WF_RESULT` names is no plain file: the result is null"
    assert result_of(JobFolder(tmp_path), None) == Result(None, warning)


def test_a_result_of_two_gigabytes(tmp_path: Path) -> None:
    with (tmp_path / "result").open("wb") as file:
        file.truncate(2 << 30)
    warning = "the result is above 1 MiB: it is null"
    assert result_of(JobFolder(tmp_path), None) == Result(None, warning)


def test_metrics_come_before_the_output(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b'"printed"')
    assert result_of(JobFolder(tmp_path), {"a": "1"}) == Result({"a": "1"})


def test_what_every_command_gets() -> None:
    environment = {
        "PATH": "/bin",
        "GITHUB_ENV": "/runner/env",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_DIR": "/elsewhere",
        "GIT_INDEX_FILE": "index",
        "GIT_CONFIG_PARAMETERS": "'a.b=c'",
        "WF_RUN_ID": "another",
        "RUNPOD_API_KEY": "k1",
        "HF_TOKEN": "k2",
        "MY_SECRET_1": "k3",
        "DB_PASSWORD": "k4",
        "AWS_PROFILE": "k5",
        "DECLARED": "k6",
        "EMPTY_TOKEN": "",
    }
    assert for_commands(environment, {"DECLARED"}) == {"PATH": "/bin", "GIT_AUTHOR_NAME": "Ada"}
    assert secret_values(environment, {"DECLARED"}) == {
        "RUNPOD_API_KEY": "k1",
        "HF_TOKEN": "k2",
        "MY_SECRET_1": "k3",
        "DB_PASSWORD": "k4",
        "AWS_PROFILE": "k5",
        "DECLARED": "k6",
    }


SECRET = 'hunter2 "quoted" → ü'  # noqa: S105
TELL = """\
define:/tell
  ↳ run     → printf '%s' "$$API_TOKEN" | tee /dev/stderr; exit 1
  ↳ secrets → API_TOKEN
define:/ask
  ↳ run → echo "<$${API_TOKEN-unset}>"
"""


def test_a_secret_goes_only_to_who_names_it(play: Play) -> None:
    play.environment["API_TOKEN"] = SECRET
    play(f"{TELL}/ask > told.txt")
    assert play.text("told.txt") == "<unset>\n"


def test_a_secret_is_in_no_log_and_no_record(play: Play) -> None:
    play.environment["API_TOKEN"] = SECRET
    record = play(f'{TELL}on_failure → /log "$error"\n/tell')
    assert record.status == "failed"
    assert record.error is not None
    assert record.error.message == "`/tell` exited with 1: ***"
    for path in play.journal.parent.rglob("*"):
        assert not path.is_file() or b"hunter2" not in path.read_bytes(), path


@pytest.mark.parametrize("value", ["true", "1", "run", "succeeded", "log", "step", "main", "null"])
def test_a_secret_that_is_a_word_of_records_spoils_none(play: Play, value: str) -> None:
    play.environment["AWS_ANYTHING"] = value
    assert play("/log a\n$x = true\n/log b").status == "succeeded"
    assert play.again().status == "succeeded"


def test_a_declared_secret_may_come_from_a_variable_of_another_name() -> None:
    environment = {"OTHER": "s3cret", "OWN": "mine"}
    origins = {"TOKEN": "env:OTHER", "OWN": "env", "UNSET": "env:NOTHING"}
    assert renamed(environment, origins) == {"TOKEN": "s3cret", "OWN": "mine"}
