"""`git wf plan`: what a commit would ask for, before anybody acts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

SWEPT = """\
define:/fit rate
  ↳ run  → echo $rate > fit/$rate.txt
  ↳ deps → train.py
  ↳ outs → fit/${rate}.txt

sweep:rate=1,2 → /fit $rate

target:local → /fit ${run.id}
"""


ONCE = """\
on:commit

define:/train
  ↳ run    → python3 train.py data
  ↳ deps   → train.py data
  ↳ params → rate
  ↳ outs   → model.bin

/train
"""


def said(project: Project, *words: str, status: int = 0) -> list[str]:
    """Return what `git wf plan` says, with ids and times by what they are; what is indented twice left out."""
    text = project.done("plan", *words, status=status)
    for number, record in enumerate(reversed(project.log()), 1):
        text = text.replace(record.run, f"R{number}").replace(record.commit[:10], f"C{number}")
    text = re.sub(r"\b[0-9a-f]{10,16}\b", "HASH", text)
    text = re.sub(r"[0-9.]+ s\b", "TIME", text)
    return [line for line in text.splitlines() if not line.startswith("    ")]


def test_before_the_first_run(project: Project) -> None:
    assert said(project) == [
        "HASH as the head of main",
        "workflows/main.wf: would run (a commit asks for it)",
        "  no run of it on this branch is on record",
        "  /train   executed                     (no result for these deps in the run cache)",
        "  /deploy  changes production, perhaps  (an effect is done in every run)",
        "  production: nothing is deployed there yet",
        "  key HASH, of",
    ]


def test_what_decides_what_a_first_run_does(project: Project) -> None:
    """Each file once, though it is a dep and a word of a run line."""
    project.commit({"workflows/main.wf": ONCE, "data/a.csv": "1\n"})
    text = project.done("plan")
    [_, listed] = text.split(", of\n")
    assert (
        re.sub(r"\b[0-9a-f]{10}$", "HASH", listed, flags=re.MULTILINE)
        == """\
    data               HASH
    train.py           HASH
    params.yaml:rate   0.9
    workflows/main.wf  HASH
"""
    )


def test_a_revert_is_foreseen_to_train_nothing(project: Project) -> None:
    project.done("reconcile")
    project.commit({"params.yaml": "rate: 0.8\n"}, "Lower the rate")
    project.done("reconcile")
    project.revert()
    before = project.ledger(), project.git("for-each-ref"), project.git("status", "--short")
    assert said(project) == [
        "HASH as the head of main",
        "workflows/main.wf: would run (a commit asks for it)",
        "  since run R2 there changed",
        "  /train   restored                     (the run cache has a result for these deps, TIME last time)",
        "  /deploy  changes production, perhaps  (an effect is done in every run, TIME last time)",
        "  production stands at run R2, commit C2",
    ]
    assert (
        project.ledger(),
        project.git("for-each-ref"),
        project.git("status", "--short"),
    ) == before
    project.done("reconcile")
    steps = project.log()[0].steps
    assert [(step["command"], step["cached"]) for step in steps] == [
        ("/train", True),
        ("/deploy", False),
    ]


def test_what_is_done_and_what_is_refused(project: Project) -> None:
    project.done("reconcile")
    assert "nothing to do (workflows/main.wf ran for this commit: R1)" in said(project)[1]
    project.commit({"README.md": "Words.\n"})
    assert "nothing to do (workflows/main.wf is up to date with run R1)" in said(project)[1]
    project.commit({"workflows/main.wf": "/nope\n"})
    assert said(project, status=1)[1:] == [
        "workflows/main.wf: would be refused (workflows/main.wf:1:1: WF202 unknown command `/nope`)"
    ]


def test_a_step_that_is_known_to_fail(project: Project) -> None:
    """A stage of the repository's own: of a definition it would be WF402."""
    stages = "stages:\n  fit: {cmd: make, params: [raet], outs: [fit.txt]}\n"
    project.commit({"dvc.yaml": stages, "workflows/main.wf": "/echo long\n/fit\n"})
    why = "`raet` is not in `params.yaml` (did you mean `rate`?)"
    assert said(project, status=1)[1:-1] == [
        f"workflows/main.wf: would run and fail (/fit: {why})",
        "  no run of it on this branch is on record",
        f"  /fit  fails  ({why})",
    ]
    [plan] = msgspec.json.decode(project.done("plan", "--json", status=1))["workflows"]
    assert (plan["verdict"], [step["does"] for step in plan["steps"]]) == ("fail", ["fails"])
    for forgiving in ("/fit || /echo", "/fit; /echo", "try: /fit → catch: /echo", "/echo || /fit"):
        project.commit({"workflows/main.wf": f"{forgiving}\n"})
        assert said(project)[1] == "workflows/main.wf: would run (a commit asks for it)"


def test_a_range_for_a_pull_request(project: Project) -> None:
    project.done("reconcile")
    project.git("switch", "--quiet", "--create", "topic")
    project.commit({"params.yaml": "rate: 0.8\n"}, "Lower | the rate")
    text = project.done("plan", "--commit", "main..topic", "--branch", "main", "--md")
    rows = [line for line in text.splitlines() if line.startswith(("| `", "- "))]
    assert re.sub(r"[0-9a-f]{10}|[0-9.]+ s", "*", "\n".join(rows)) == (
        "| `workflows/main.wf` | would run | a commit asks for it | `production` |\n"
        "- params.yaml:rate: 0.9 → 0.8 by * Lower \\| the rate\n"
        "| `/train` | executed | no result for these deps in the run cache | * |\n"
        "| `/deploy` | changes production, perhaps | an effect is done in every run | * |"
    )


def test_trials_and_values_of_the_run(project: Project) -> None:
    project.commit({"swept.wf": SWEPT, "fit/.gitkeep": ""})
    found = msgspec.json.decode(project.done("plan", "swept.wf", "--json"))
    [plan] = found["workflows"]
    assert plan["verdict"] == "none"
    assert plan["reason"] == "no commit asks for it: `git wf run swept.wf` plays it"
    assert [(step["args"], step["does"], step["reason"]) for step in plan["steps"]] == [
        (["1"], "executed", "no result for these deps in the run cache"),
        (["2"], "executed", "no result for these deps in the run cache"),
        (["*"], "unknown", "it depends on values of the run"),
    ]
    assert {item["kind"] for item in plan["inputs"]} == {"workflow", "dep"}


def test_what_is_not_there(project: Project) -> None:
    done = project.wf("plan", "--commit", "nope")
    assert (done.status, done.err) == (
        2,
        "git-wf: there is no commit `nope`\n  `git log` lists commits\n",
    )
    done = project.wf("plan", "nope.wf")
    assert done.status == 2
    assert "there is no file `nope.wf` in " in done.err
