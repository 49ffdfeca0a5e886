"""What a job of GitHub Actions tells us, what may be done for it, and what it is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from gitwf.app.ci.commands import annotated, annotation, write_outputs
from gitwf.app.ci.job import Job, chosen, job_of
from gitwf.app.ci.report import Played, markdown, status_of
from gitwf.diagnostics import Located, Severity
from gitwf.reconcile.standing import Standing, State
from gitwf.records.event import Error, RunRefused
from gitwf.records.fold import RunRecord


@pytest.mark.parametrize(
    ("event", "wanted", "what"),
    [
        ("push", "auto", "reconcile"),
        ("schedule", "auto", "reconcile"),
        ("workflow_dispatch", "plan", "plan"),
        ("pull_request", "auto", "plan"),
        ("merge_group", "plan", "plan"),
    ],
)
def test_what_is_done_for_an_event(event: str, wanted: str, what: str) -> None:
    assert chosen(Job(event), wanted) == what


@pytest.mark.parametrize(
    ("event", "wanted", "why"),
    [
        (
            "pull_request_target",
            "plan",
            (
                "`pull_request_target` would hand this repository's secrets to what strangers wrote: "
                "use `pull_request`, which plans"
            ),
        ),
        ("pull_request", "reconcile", "commits of a `pull_request` are planned, and never played"),
        ("workflow_run", "auto", "the event `workflow_run` says nothing about who caused it"),
        ("", "auto", "the event `` says nothing about who caused it"),
    ],
)
def test_what_is_refused(event: str, wanted: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        chosen(Job(event), wanted)


def test_a_job_is_known_by_its_environment(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    head = {"ref": '";echo${IFS}x;#', "sha": "h"}
    pull = {"base": {"ref": "main", "sha": "b", "repo": {}}, "head": head, "number": 7}
    event.write_text(json.dumps({"pull_request": pull}))
    given = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": "ada/digits",
        "GITHUB_RUN_ID": "42",
    }
    job = job_of(given)
    assert job is not None
    assert (job.base, job.branch, job.head, job.number) == ("b", "main", "h", 7)
    assert job.address == "https://github.com/ada/digits/actions/runs/42"
    assert job_of({"GITHUB_ACTIONS": "1"}) is None
    event.write_text("{")
    assert job_of(given) == msgspec.structs.replace(
        job, base=None, branch=None, head=None, number=None
    )


def test_annotations_hold_any_text() -> None:
    assert (
        annotation("error", "50 %\nof ::it", file="a:b,c")
        == "::error file=a%3Ab%2Cc::50 %25%0Aof ::it"
    )
    found = Located("w.wf", 2, 1, 2, 9, "WF202", Severity.WARNING, "no", "mend it")
    assert list(annotated([found] * 60))[49:] == [
        "::warning file=w.wf,line=2,endLine=2,col=1,endColumn=9,title=WF202::no%0Amend it"
    ]


def test_outputs_cannot_be_forged_by_their_values(tmp_path: Path) -> None:
    path = tmp_path / "outputs"
    write_outputs(path, {"run": "01A\nEOF\nstatus=succeeded", "status": "failed"})
    lines = path.read_text().splitlines()
    name, _, end = lines[0].partition("<<")
    assert (name, lines[1:4], lines[4]) == ("run", ["01A", "EOF", "status=succeeded"], end)
    assert len(end) == 32


def run(status: str, **more: object) -> RunRecord:
    return msgspec.convert(
        {
            "run": "01A",
            "workflow": "w.wf",
            "commit": "c" * 40,
            "tree": "t",
            "branch": "main",
            "key": "k",
            "status": status,
            "seconds": 1.5,
            "executed": 1,
        }
        | more,
        RunRecord,
    )


@pytest.mark.parametrize(
    ("runs", "refused", "status"),
    [
        ([], [], "nothing"),
        (["succeeded"], [], "succeeded"),
        (["succeeded", "failed"], [], "failed"),
        (["succeeded"], ["w.wf"], "refused"),
    ],
)
def test_the_worst_counts(runs: list[str], refused: list[str], status: str) -> None:
    assert status_of([run(each) for each in runs], refused) == status


@pytest.mark.parametrize(
    ("runs", "states", "status"),
    [
        ([], [State.FAILED], "failed"),
        ([], [State.WAITING, State.REFUSED], "refused"),
        ([], [State.SUSPENDED], "nothing"),
        (["succeeded"], [State.SUSPENDED], "succeeded"),
        (["succeeded"], [State.WAITING], "waiting"),
        (["succeeded"], [State.WAITING, State.ELSEWHERE], "running"),
        (["failed"], [State.HERE], "failed"),
    ],
)
def test_what_stands_counts_too(runs: list[str], states: list[State], status: str) -> None:
    standings = [Standing("main", "w.wf", state, "c" * 40) for state in states]
    assert status_of([run(each) for each in runs], [], standings) == status


def test_a_summary_shows_what_is_not_done() -> None:
    text = markdown(Job("push"), [], [], [], ["main: w.wf failed in run 01A"])
    assert text == "### git wf: not done\n- main: w.wf failed in run 01A\n"


def test_a_summary_shows_all_of_a_run_as_text() -> None:
    step = (
        b'{"at":"2026-11-22T10:00:00.000000Z","id":"01B","v":1,"epoch":0,"type":"step.finished",'
        b'"run":"01A","step":"1","command":"/fit","args":["a|b`"],"seconds":1.25}'
    )
    record = msgspec.structs.replace(
        run("failed"),
        steps=(Raw(step),),
        metrics={"auc": Raw(b"0.9")},
        error=Error("<b>no</b>"),
    )
    refused = RunRefused("x.wf", "d" * 40, "main", "not trusted")
    text = markdown(Job("push", repository="a/b"), [Played(record, "last words")], [refused], [])
    assert text == (
        "### git wf: `x.wf` was refused\n"
        f"At [`dddddddddd`](https://github.com/a/b/commit/{'d' * 40}): not trusted\n"
        "\n"
        "### git wf: `w.wf` failed\n"
        f"Run `01A` of [`cccccccccc`](https://github.com/a/b/commit/{'c' * 40}) in 1.5 s: "
        "1 executed, 0 restored.\n"
        "\n"
        "**&lt;b>no&lt;/b>**\n"
        "\n"
        "| step | what became of it | seconds |\n"
        "| --- | --- | --- |\n"
        "| `` /fit a\\|b` `` | `succeeded` | `1.2` |\n"
        "\n"
        "| metric | value |\n"
        "| --- | --- |\n"
        "| `auc` | `0.9` |\n"
        "\n"
        "<details><summary>what it printed last</summary>\n"
        "\n"
        "    last words\n"
        "\n"
        "</details>\n"
    )
