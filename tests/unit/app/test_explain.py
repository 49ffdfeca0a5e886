from __future__ import annotations

import pytest

from gitwf.app.explain import explain
from gitwf.app.session import UsageError
from gitwf.language.check.codes import CODES


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_its_page(code: str) -> None:
    found = explain(code)
    assert found.page.startswith(f"# {code}: {found.meaning}\n")


@pytest.mark.parametrize("written", ["WF201", "wf201", "201"])
def test_a_code_may_be_written_as_people_write_it(written: str) -> None:
    assert explain(written).code == "WF201"


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        pytest.param("WF210", "did you mean `WF201`?", id="near"),
        pytest.param("E501", "`git wf explain` lists the codes", id="far"),
        pytest.param("", "`git wf explain` lists the codes", id="empty"),
    ],
)
def test_an_unknown_code(code: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        explain(code)
    assert (caught.value.message, caught.value.hint) == (f"there is no code `{code}`", hint)
