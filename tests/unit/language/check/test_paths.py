"""Paths out of the repository."""

from __future__ import annotations

from typing import Protocol

import pytest


class Said(Protocol):
    def __call__(self, text: str) -> list[str]: ...


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        pytest.param(
            """\
/echo > a/../b.txt
/echo > ./b.txt >> .gitignore
state:save → a/b.json
define:/a n
  ↳ run  → true
  ↳ wdir → sub
  ↳ deps → ../data ${n}/../x s3://bucket/x
/a 1
""",
            [],
            id="inside",
        ),
        pytest.param(
            """\
/echo > ../b.txt
/echo > /tmp/b.txt
/echo > a/../../b.txt
state:save → /etc/x.json
state:load → ../$run
""",
            [
                "1:9 WF501 `../b.txt` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "2:9 WF501 `/tmp/b.txt` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "3:9 WF501 `a/../../b.txt` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "4:14 WF501 `/etc/x.json` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "5:14 WF501 `../…` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
            ],
            id="outside",
        ),
        pytest.param(
            """\
/echo > .git/config
/echo > sub/.GIT/hooks/x
""",
            [
                "1:9 WF501 `.git/config` leads into `.git`",
                "2:9 WF501 `sub/.GIT/hooks/x` leads into `.git`",
            ],
            id="git",
        ),
        pytest.param(
            """\
/echo ${read("../b.txt")} ${exists("a/b.txt")} ${read(1)}
define:/a n
  ↳ run → echo ${exists(".git/config")}
""",
            [
                "1:14 WF501 `../b.txt` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "3:25 WF501 `.git/config` leads into `.git`",
            ],
            id="functions",
        ),
        pytest.param(
            """\
define:/a n
  ↳ run  → true
  ↳ wdir → sub
  ↳ deps → ../../data /abs/$n ../../${n}
  ↳ outs → ../../out
/a 1
define:/b
  ↳ run  → true
  ↳ wdir → ..
/b
""",
            [
                "4:12 WF501 `../../data` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "4:23 WF501 `/abs/…` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "4:31 WF501 `../../…` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "5:12 WF501 `../../out` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
                "9:12 WF501 `..` leads outside of the repository | paths are relative to the repository, or to the command's `wdir`",
            ],
            id="definitions",
        ),
    ],
)
def test_paths(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
