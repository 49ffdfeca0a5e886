"""`git wf logs`: what steps printed, afterwards and as they print it, from any process."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start

    WaitFor = Callable[[Callable[[], object]], object]

FLOW = """\
define:/both
  ↳ run → echo to out; echo to err >&2

define:/no_line_end word=""
  ↳ run → printf "%s" "$word"

define:/flaky
  ↳ run   → echo try $$WF_ATTEMPT; [ $$WF_ATTEMPT = 2 ]
  ↳ retry → 1

/both
/no_line_end word
/flaky
"""
WHOLE = """\
== 4 /both ==
to out
to err
== 5 /no_line_end word ==
word
== 6 /flaky ==
try 1
== 6[1] /flaky (attempt 2) ==
try 2
"""


@pytest.fixture
def printed(ready: Project) -> Project:
    """A repository with a run that has printed this and that."""
    ready.commit({"workflows/main.wf": FLOW})
    ready.done("reconcile")
    return ready


def test_all_of_a_run_or_one_step_of_it(printed: Project) -> None:
    run = printed.log()[0].run
    for word in (run, run[:-1].lower(), "latest", "HEAD", printed.git("rev-parse", "HEAD")):
        assert printed.done("logs", word) == WHOLE
    assert printed.done("logs", run, "-f") == WHOLE
    assert printed.done("logs", run, "5") == "word"
    assert printed.done("logs", run, "/both") == "to out\nto err\n"
    assert printed.done("logs", run, "flaky") == WHOLE[WHOLE.index("== 6") :]


def test_as_objects(printed: Project) -> None:
    lines = printed.done("logs", "latest", "--json").splitlines()
    assert [msgspec.json.decode(line) for line in lines] == [
        {"step": "4", "stream": "out", "text": "to out\n"},
        {"step": "4", "stream": "err", "text": "to err\n"},
        {"step": "5", "stream": "out", "text": "word"},
        {"step": "6", "stream": "out", "text": "try 1\n"},
        {"step": "6[1]", "stream": "out", "text": "try 2\n"},
    ]


def test_what_is_not_there(printed: Project) -> None:
    run = printed.log()[0].run
    none = printed.wf("logs", run, "7")
    said = f"git-wf: run `{run}` has no step `7`\n  `git wf show {run}` lists them\n"
    assert (none.status, none.out, none.err) == (2, "", said)
    shutil.rmtree(printed.path / ".git" / "wf" / "runs")
    gone = printed.wf("logs", run)
    said = (
        f"git-wf: what run `{run}` printed is not here\n"
        "  its folder in `.git/wf/runs` was deleted; `git wf show` has its results\n"
    )
    assert (gone.status, gone.out, gone.err) == (2, "", said)


def test_bytes_stay_as_they_are(ready: Project) -> None:
    flow = "define:/x\n  ↳ run → printf 'a\\377\\000\\r\\n\\302'\n\n/x\n"
    ready.commit({"workflows/main.wf": flow})
    ready.done("reconcile")
    done = subprocess.run(
        ["git", "wf", "logs", "latest"], cwd=ready.path, capture_output=True, check=True
    )
    assert done.stdout == b"a\xff\x00\r\n\xc2"


def test_a_restored_stage_says_what_it_said(project: Project) -> None:
    stage = "define:/x\n  ↳ run  → cat train.py | tee out.txt\n  ↳ deps → train.py\n  ↳ outs → out.txt\n\n/x\n"
    project.commit({"workflows/main.wf": stage, "train.py": "one\n"})
    project.done("reconcile")
    project.commit({"workflows/main.wf": stage + "/echo more\n"})
    project.done("reconcile")
    assert project.log()[0].restored == 1
    assert project.done("logs", "latest", "x") == "one\n"


TALK = """\
define:/talk
  ↳ run → echo begun; until [ -e "$$GATE" ]; do sleep 0.02; done; echo over

/talk
/echo next
"""
BEGUN = "== 2 /talk ==\nbegun\n"


def test_following_from_another_process(gated: Project, start: Start, wait_for: WaitFor) -> None:
    gated.commit({"workflows/main.wf": TALK})
    playing = start("run", "workflows/main.wf", cwd=gated.path)
    gated.job_pid()
    following = start("logs", "latest", "-f", cwd=gated.path)
    wait_for(lambda: following.out.read_text() == BEGUN)
    assert gated.done("logs", "latest") == "begun\n"
    gated.open_gate()
    done = following.end()
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{BEGUN}over\n== 3 /echo next ==\nnext\n"
    assert playing.end().status == 0


def test_an_interrupt_ends_the_following_and_not_the_run(
    gated: Project, start: Start, wait_for: WaitFor
) -> None:
    gated.commit({"workflows/main.wf": TALK})
    playing = start("run", "workflows/main.wf", cwd=gated.path)
    gated.job_pid()
    following = start("logs", "latest", "talk", "--follow", cwd=gated.path)
    wait_for(lambda: following.out.read_text() == "begun\n")
    following.signal(signal.SIGINT)
    assert (following.end().status, following.end().err) == (130, "")
    gated.open_gate()
    assert playing.end().status == 0
