"""What agents' programs print, and what is made of it."""

from __future__ import annotations

import json

import pytest

from gitwf.droids.report import Report, read
from gitwf.language.value import number

GOOD = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "result": "Done.\nMore.",
    "session_id": "s1",
    "num_turns": 3,
}


def result(**changed: object) -> str:
    return json.dumps({**GOOD, **changed})


def said(problem: str | None, answer: str = "Done.\nMore.") -> Report:
    return Report(answer, problem, "s1", turns=number(3))


@pytest.mark.parametrize(
    ("printed", "report"),
    [
        pytest.param(result(), said(None), id="factory"),
        pytest.param(
            result(permission_denials=[], total_cost_usd=2, modelUsage={"opus": {}}),
            Report("Done.\nMore.", None, "s1", "opus", number(2), number(3)),
            id="claude",
        ),
        pytest.param(f'{{"type":"system"}}\nnoise\n{result()}\n', said(None), id="stream"),
        pytest.param(f'[{{"type":"system"}}, {result()}]', said(None), id="list"),
        pytest.param(f"{result(is_error=True)}\n{result()}", said(None), id="the-last-counts"),
        pytest.param(
            result(is_error=True, result="API Error: 500"),
            said("it says that it failed: API Error: 500", "API Error: 500"),
            id="api-error",
        ),
        pytest.param(
            result(is_error=True, result=None),
            said("it says that it failed: it does not say why", ""),
            id="no-reason",
        ),
        pytest.param(
            result(is_error="false"),
            said("it says that it failed: Done."),
            id="false-is-not-a-word",
        ),
        pytest.param(
            result(subtype="error_max_turns"),
            said("it says that it ended with `error_max_turns`"),
            id="subtype",
        ),
        pytest.param(
            result(permission_denials=[{"tool_name": "Bash"}, {"tool_name": "Bash"}, "Web"]),
            said("it was denied permission: `Bash` 2 times, `Web`"),
            id="denied",
        ),
        pytest.param(
            '{"is_error": false, "subtype": "success"}',
            Report(
                '{"is_error": false, "subtype": "success"}',
                'it printed no JSON result: `{"is_error": false, "subtype": "success"}`',
            ),
            id="another-object",
        ),
        pytest.param("[1, null]", Report("[1, null]", "it printed no JSON result: `[1, null]`")),
        pytest.param("", Report("", "it printed nothing, not even a result"), id="nothing"),
    ],
)
def test_json(printed: str, report: Report) -> None:
    assert read(printed, "json") == report


def events(*given: object) -> str:
    return "\n".join(map(json.dumps, given))


THREAD = {"type": "thread.started", "thread_id": "t1"}
SAYS = {"type": "item.completed", "item": {"id": "i", "type": "agent_message", "text": "Done."}}
COMPLETED = {"type": "turn.completed", "usage": {"output_tokens": 1}}


@pytest.mark.parametrize(
    ("printed", "report"),
    [
        pytest.param(
            events(THREAD, SAYS, COMPLETED), Report("Done.", None, "t1", turns=number(1)), id="well"
        ),
        pytest.param(
            events(THREAD, {"type": "turn.failed", "error": {"message": "no credit"}}),
            Report("", "it says that it failed: no credit", "t1", turns=number(1)),
            id="failed",
        ),
        pytest.param(
            events(THREAD, SAYS, COMPLETED, {"type": "error", "message": "stream lost"}),
            Report("Done.", "it says that it failed: stream lost", "t1", turns=number(1)),
            id="error",
        ),
        pytest.param(
            events(THREAD, SAYS),
            Report("Done.", "it printed no event of a turn that ended", "t1", turns=number(0)),
            id="cut-off",
        ),
        pytest.param(
            "All done!",
            Report("", "it printed no event of a turn that ended", turns=number(0)),
            id="no-events",
        ),
    ],
)
def test_codex(printed: str, report: Report) -> None:
    assert read(printed, "codex") == report


def test_text() -> None:
    assert read(" All done!\n", "text") == Report("All done!")
