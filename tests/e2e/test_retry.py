"""`git wf retry`: a new run that keeps what succeeded."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Record, Start

WaitFor = Callable[[Callable[[], object]], object]

STEPS = """\
on:manual

define:/train
  ↳ run  → echo train >> "$$LEDGER"; echo model > model.bin
  ↳ deps → params.yaml
  ↳ outs → model.bin

define:/note word
  ↳ run → echo $word >> "$$LEDGER"; echo $word

define:/deploy
  ↳ run    → echo deploy >> "$$LEDGER"
  ↳ effect → production

define:/smoke
  ↳ run → echo smoke >> "$$LEDGER"; test -e "$$GATE" && cat words.txt

on_failure → /note failed
/train
/note hello >> words.txt
/deploy
/smoke
"""


@pytest.fixture
def failed(ready: Project) -> Project:
    """A run whose last step failed."""
    ready.commit({"workflows/main.wf": STEPS, "params.yaml": "rate: 0.9\n"})
    ready.done("run", "workflows/main.wf", status=1)
    assert ready.ledger() == ["train", "hello", "deploy", "smoke", "failed"]
    return ready


def outcomes(record: Record) -> list[tuple[object, object, object]]:
    return [(step["command"], step["cached"], step.get("reason")) for step in record.steps]


def test_what_succeeded_is_kept(failed: Project) -> None:
    [first] = failed.log()
    failed.open_gate()
    failed.done("retry", first.run)
    assert failed.ledger()[5:] == ["smoke"]
    second = failed.log()[0]
    assert (second.status, second.attempt, second.trigger) == ("succeeded", 2, "retry")
    assert (second.commit, second.key) == (first.commit, first.key)
    kept = f"kept from run {first.run}"
    commands = {command: (cached, reason) for command, cached, reason in outcomes(second)}
    assert commands["/note"] == (True, kept)
    assert commands["/deploy"] == (True, kept)
    assert commands["/train"][0] is True
    assert commands["/smoke"] == (False, None)
    assert second.envs[0]["state"] == "deployed"
    [ref] = failed.git(
        "for-each-ref", "--format=%(refname)", f"refs/wf/runs/**/{second.run}"
    ).split()
    assert failed.git("show", f"{ref}:words.txt") == "hello"


def test_without_its_files_commands_are_executed_again(failed: Project) -> None:
    failed.forget()
    failed.open_gate()
    failed.done("retry", "latest")
    assert failed.ledger()[5:] == ["hello", "smoke"]


def test_an_effect_that_somebody_replaced_is_played_again(failed: Project) -> None:
    first = failed.log()[0]
    failed.commit(
        {
            "workflows/other.wf": STEPS.partition("on_failure")[0].replace("/deploy", "/put")
            + "/put\n"
        }
    )
    failed.done("run", "workflows/other.wf")
    failed.open_gate()
    failed.done("retry", first.run)
    assert failed.ledger()[5:] == ["deploy", "deploy", "smoke"]


def test_a_retry_that_fails_can_be_retried(failed: Project) -> None:
    first = failed.log()[0]
    failed.done("retry", first.run, status=1)
    assert failed.ledger()[5:] == ["smoke", "failed"]
    second = failed.log()[0]
    refused = failed.wf("retry", first.run)
    assert refused.status == 2
    assert refused.err == (
        f"git-wf: run `{first.run}` was retried: run `{second.run}` failed\n"
        f"  that one can be retried: `git wf retry {second.run}`\n"
    )
    failed.open_gate()
    failed.done("retry", second.run)
    assert failed.ledger()[7:] == ["smoke"]
    third = failed.log()[0].run
    refused = failed.wf("retry", third)
    assert refused.err == f"git-wf: run `{third}` succeeded: there is nothing to try again\n"


def test_flags_for_effects_are_refused_where_none_was_lost(failed: Project) -> None:
    run = failed.log()[0].run
    refused = failed.wf("retry", run, "--effect-done")
    assert refused.status == 2
    assert refused.err == (
        f"git-wf: run `{run}` has lost no effect\n  leave `--effect-done` away\n"
    )


SECOND = """\
on:manual

define:/note
  ↳ run → echo note >> "$$LEDGER"

define:/second
  ↳ run → echo second >> "$$LEDGER"; test ${run.attempt} -gt 1 && until [ -e "$$GATE" ]; do sleep 0.02; done

/note
/second
"""


def test_a_retry_that_was_killed_is_taken_up(
    ready: Project, start: Start, wait_for: WaitFor
) -> None:
    ready.commit({"workflows/main.wf": SECOND})
    ready.done("run", "workflows/main.wf", status=1)
    retry = start("retry", "latest", cwd=ready.path)
    wait_for(lambda: ready.ledger() == ["note", "second", "second"])
    retry.kill()
    ready.open_gate()
    ready.done("reconcile")
    run = ready.log()[0]
    assert (run.status, run.attempt, run.trigger) == ("succeeded", 2, "retry")
    assert ready.ledger() == ["note", "second", "second"]


@pytest.fixture
def lost(gated: Project, start: Start, wait_for: WaitFor) -> str:
    """A run whose effect was killed with the controller: nobody knows what it did."""
    text = (gated.path / "workflows" / "main.wf").read_text()
    gated.commit({"workflows/main.wf": text[: text.rindex("/train\n")] + "/deploy\n"})
    player = start("controller", cwd=gated.path)
    wait_for(lambda: gated.ledger() == ["deploy"])
    pid = gated.job_pid()
    player.kill()
    os.killpg(pid, signal.SIGKILL)
    gated.done("reconcile", status=1)
    run = gated.log()[0]
    assert run.status == "failed"
    assert run.error is not None
    assert run.error["kind"] == "lost"
    return run.run


def test_a_lost_effect_is_not_played_again_unasked(gated: Project, lost: str) -> None:
    refused = gated.wf("retry", lost)
    assert refused.status == 2
    assert refused.err == (
        "git-wf: nobody knows whether `/deploy` changed `production`\n"
        "  look there: `--effect-done` if it did, `--effect-again` to play it again\n"
    )
    gated.done("retry", lost, "--effect-done")
    run = gated.log()[0]
    assert (run.status, gated.ledger()) == ("succeeded", ["deploy"])
    assert [(env["env"], env["state"]) for env in run.envs] == [("production", "deployed")]
    assert outcomes(gated.show(run.run)) == [
        ("/deploy", True, "taken as done by Ada <ada@example.org>")
    ]


def test_a_lost_effect_is_played_again_where_that_is_said(gated: Project, lost: str) -> None:
    gated.open_gate()
    gated.done("retry", lost, "--effect-again")
    assert (gated.log()[0].status, gated.ledger()) == ("succeeded", ["deploy", "deploy", "out"])
