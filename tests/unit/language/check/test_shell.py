"""What a shell would do."""

from __future__ import annotations

from typing import Protocol

import pytest


class Said(Protocol):
    def __call__(self, text: str) -> list[str]: ...


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        pytest.param(
            "/echo *.csv a?b [ab] a[b c] '*' \"*\" \\* https://x/?a=1\n",
            [
                "1:7 WF306? `*` is text here: no shell reads this line | quote it if it is meant as it stands",
                "1:14 WF306? `?` is text here: no shell reads this line | quote it if it is meant as it stands",
                "1:17 WF306? `[ab]` is text here: no shell reads this line | quote it if it is meant as it stands",
            ],
            id="globs",
        ),
        pytest.param(
            '/echo $(date) "$(date)" \'$(date)\' $1 $? \\$1 $$1 "cost: 5$"\n',
            [
                "1:7 WF306? `$(` is text here: no shell reads this line | shell text goes into the `run` line of a `define:`; `$$` is a plain dollar",
                "1:16 WF306? `$(` is text here: no shell reads this line | shell text goes into the `run` line of a `define:`; `$$` is a plain dollar",
                "1:35 WF306? `$1` is text here: no shell reads this line | shell text goes into the `run` line of a `define:`; `$$` is a plain dollar",
                "1:38 WF306? `$?` is text here: no shell reads this line | shell text goes into the `run` line of a `define:`; `$$` is a plain dollar",
            ],
            id="dollars",
        ),
        pytest.param(
            """\
/echo > out/*.txt
define:/a
  ↳ run  → echo *.csv $$(date)
  ↳ deps → data/*.csv
/a
""",
            [
                "1:13 WF306? `*` is text here: no shell reads this line | quote it if it is meant as it stands",
                "4:17 WF306? `*` is text here: no shell reads this line | quote it if it is meant as it stands",
            ],
            id="paths",
        ),
    ],
)
def test_shell(said: Said, text: str, messages: list[str]) -> None:
    assert said(text) == messages
