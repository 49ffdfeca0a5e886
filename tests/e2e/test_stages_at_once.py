"""DVC stages side by side: in one run, in several runs, and beside a person's own `dvc`.

``STAGE_SECONDS=2 pytest tests/e2e/test_stages_at_once.py -k eight -s`` prints how long runs of eight
stages of two seconds take.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Process, Project, Start

T = TypeVar("T")


class WaitFor(Protocol):
    def __call__(self, look: Callable[[], T]) -> T: ...


SECONDS = float(os.environ.get("STAGE_SECONDS", "0.2"))
UP_TO_DATE = "Data and pipelines are up to date.\n"
EIGHT = """\
define:/work n:int
  ↳ run     → sleep {seconds}; cat in.txt in.txt > out/${{n}}.txt; echo "{{\\"n\\": $n}}" > out/${{n}}.json
  ↳ deps    → in.txt
  ↳ outs    → out/${{n}}.txt
  ↳ metrics → out/${{n}}.json

$all = sweep:n=0,1,2,3,4,5,6,7 max:8 → /work $n
"""
SHARED = """\
define:/train
  ↳ run  → echo train >> "$$LEDGER"; until [ -e "$$GATE" ]; do sleep 0.02; done; echo $$WF_RUN_ID > model.bin
  ↳ deps → in.txt
  ↳ outs → model.bin

/train
"""


def dvc(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `dvc` as a person does."""
    command = ["dvc", *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture
def eight(ready: Project) -> Project:
    """A project with a workflow of eight stages that take a while, all at once."""
    settings = (ready.path / "wf.toml").read_text()
    files: dict[str, str | bytes] = {
        "wf.toml": settings.replace("[controller]\n", "[controller]\njobs = 8\n"),
        "workflows/main.wf": EIGHT.format(seconds=SECONDS),
        "in.txt": "0\n",
    }
    ready.commit(files, "First")
    return ready


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_eight_stages_at_once_never_fail(eight: Project) -> None:
    taken: list[float] = []
    for attempt in range(50):
        eight.folder.write({"in.txt": f"{attempt}\n"})
        begun = time.monotonic()
        eight.done("run", "workflows/main.wf", "--here")
        taken.append(time.monotonic() - begun)
        status = dvc(eight.path, "status")
        assert (status.stdout, status.returncode) == (UP_TO_DATE, 0), (attempt, status)
    assert {run.executed for run in eight.log()} == {8}
    print(f"\n8 stages of {SECONDS:g} s: median {statistics.median(taken):.2f} s", end=", ")  # noqa: T201
    print(f"slowest {max(taken):.2f} s")  # noqa: T201


@pytest.fixture
def shared(ready: Project) -> Project:
    """A committed project with one stage, which waits until the test opens the gate."""
    ready.commit({"workflows/main.wf": SHARED, "in.txt": "1\n"}, "First")
    return ready


def waiting(project: Project) -> list[Path]:
    """Return the journals of the runs that have begun their stage."""
    journals = (project.path / ".git" / "wf" / "runs").glob("*/events.jsonl")
    return [path for path in journals if b"step.started" in path.read_bytes()]


def two_runs(shared: Project, start: Start, wait_for: WaitFor) -> tuple[Process, Process]:
    """Start a run that executes the stage, and another that comes to it meanwhile."""
    first = start("run", "workflows/main.wf", cwd=shared.path)
    wait_for(shared.ledger)
    second = start("run", "workflows/main.wf", cwd=shared.path)
    wait_for(lambda: len(waiting(shared)) == 2)
    return first, second


def test_of_two_runs_one_executes_and_the_other_restores(
    shared: Project, start: Start, wait_for: WaitFor
) -> None:
    both = two_runs(shared, start, wait_for)
    shared.open_gate()
    assert [process.end().status for process in both] == [0, 0]
    assert shared.ledger() == ["train"]
    second, first = shared.log()
    assert (first.executed, second.restored) == (1, 1)


def test_who_waits_executes_where_the_other_died(
    shared: Project, start: Start, wait_for: WaitFor
) -> None:
    first, second = two_runs(shared, start, wait_for)
    first.kill()
    wait_for(lambda: len(shared.ledger()) == 2)
    shared.open_gate()
    assert second.end().status == 0
    assert shared.log()[0].executed == 1


STATIC = "".join(
    f"""\
define:/work{n}
  ↳ run  → sleep 0.2; cat in.txt in.txt > out{n}
  ↳ deps → in.txt
  ↳ outs → out{n}

"""
    for n in range(8)
)
BESIDE = f"""\
{STATIC}
define:/sum
  ↳ run  → cat out* > sum
  ↳ deps → {" ".join(f"out{n}" for n in range(8))}
  ↳ outs → sum

fork:8 → {" & ".join(f"/work{n}" for n in range(8))}
/sum
/fail "so that the workspace stays"
"""
COMMANDS = (["status"], ["repro"], ["push"], ["gc", "-w", "-f"], ["push", "--run-cache"])


@pytest.fixture
def beside(ready: Project, tmp_path: Path) -> Project:
    """A project whose stages are static, so that `dvc` knows them, with a remote."""
    ready.commit({"workflows/main.wf": BESIDE, "in.txt": "0\n"}, "First")
    ready.done("sync")
    dvc(ready.path, "remote", "add", "--default", "store", str(tmp_path / "store"))
    ready.commit({}, "What `dvc` is to know")
    return ready


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("links", ["copy", "hardlink,copy"])
def test_a_person_may_use_dvc_meanwhile(
    beside: Project, start: Start, wait_for: WaitFor, links: str
) -> None:
    dvc(beside.path, "config", "cache.type", links)
    beside.commit({}, "How outs are linked")
    for attempt, command in zip(range(30), itertools.cycle(COMMANDS)):
        beside.commit({"in.txt": f"{attempt}\n"})
        known = set(workspaces(beside))
        process = start("run", "workflows/main.wf", cwd=beside.path)
        here, there = at_once(command, beside.path, new_workspace(beside, known, wait_for))
        assert "so that the workspace stays" in process.end().err
        assert beside.log()[0].executed == 9
        assert here.returncode == 0, here
        assert there.returncode == 0 or "is busy, it is being blocked by" in there.stderr, there


def at_once(words: list[str], *folders: Path) -> list[subprocess.CompletedProcess[str]]:
    """Run the same `dvc` command in several folders at the same time."""
    with ThreadPoolExecutor(len(folders)) as persons:
        return list(persons.map(lambda folder: dvc(folder, *words), folders))


def new_workspace(project: Project, known: set[Path], wait_for: WaitFor) -> Path:
    """Wait for a workspace in which a stage has begun, other than the ``known`` ones."""
    return wait_for(lambda: workspaces(project) - known).pop()


def workspaces(project: Project) -> set[Path]:
    """Return the workspaces in which a stage has begun."""
    places = (project.path / ".git" / "wf" / "workspaces").glob("*/.dvc/tmp/rwlock")
    return {place.parents[2] for place in places}
