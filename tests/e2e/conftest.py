"""A little ML project in a real repository, and `git wf` as a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder

T = TypeVar("T")

DEADLINE = 100.0
"""Seconds after which what a test waits for will not come any more."""

WORKFLOW = """\
on:commit

define:/train
  ↳ run     → python3 train.py
  ↳ deps    → train.py
  ↳ params  → rate
  ↳ outs    → model.bin
  ↳ metrics → metrics.json

define:/deploy
  ↳ run    → python3 deploy.py
  ↳ deps   → deploy.py model.bin
  ↳ effect → production

$eval = /train
if:$eval.accuracy > 0.5 → /deploy → /fail "accuracy ${eval.accuracy} is too low"
"""

GATED = """\
on:commit

define:/train
  ↳ run    → echo train >> "$$LEDGER"; until [ -e "$$GATE" ]; do sleep 0.02; done; echo 1 > model.bin
  ↳ params → rate
  ↳ outs   → model.bin

define:/deploy
  ↳ run    → echo deploy >> "$$LEDGER"; until [ -e "$$GATE" ]; do sleep 0.02; done; echo out >> "$$LEDGER"
  ↳ effect → production

"""
"""Commands that go on until the test opens the gate."""

SMOKE = """
define:/smoke
  ↳ run → ! grep -q 'rate 0.8' "$$SERVED"
"""

TRAIN = """\
import json, os

with open("params.yaml") as file:
    rate = file.read().split("rate:")[1].split()[0]
with open(os.environ["LEDGER"], "a") as ledger:
    ledger.write(f"train {rate}\\n")
with open("model.bin", "wb") as model:
    model.write(b"\\x00\\xff model of rate " + rate.encode())
with open("metrics.json", "w") as metrics:
    json.dump({"accuracy": float(rate)}, metrics)
"""

DEPLOY = """\
import os, shutil

shutil.copy("model.bin", os.environ["SERVED"] + ".new")
os.replace(os.environ["SERVED"] + ".new", os.environ["SERVED"])
with open(os.environ["LEDGER"], "a") as ledger:
    ledger.write("deploy\\n")
"""

PROJECT = {
    "workflows/main.wf": WORKFLOW,
    "train.py": TRAIN,
    "deploy.py": DEPLOY,
    "params.yaml": "rate: 0.9\n",
    "README.md": "A model.\n",
}


class Record(msgspec.Struct):
    """A run as `git wf log --json` prints it: the keys of `docs/cli.md`."""

    run: str
    workflow: str
    commit: str
    tree: str
    branch: str | None
    key: str
    status: str
    attempt: int
    started: str | None
    seconds: float | None
    executed: int
    restored: int
    metrics: dict[str, object]
    envs: list[dict[str, object]]
    steps: list[dict[str, object]]
    trigger: str = ""
    error: dict[str, object] | None = None


class Done(msgspec.Struct, frozen=True):
    """A process that ended."""

    status: int
    out: str
    err: str


class Project:
    """A repository that people work in, with what its commands change outside of it."""

    def __init__(self, folder: Folder, ledger: Path, served: Path) -> None:
        self.folder = folder
        self.path = folder.path
        self.served = served
        self._ledger = ledger

    def git(self, *arguments: str) -> str:
        """Run git as a person would."""
        return self.folder.git(*arguments)

    def commit(self, files: Mapping[str, str | bytes], message: str = "Change") -> str:
        """Write ``files``, commit everything and return the commit's id."""
        return self.folder.commit(dict(files), message)

    def revert(self) -> str:
        """Revert HEAD and return the commit that does."""
        self.git("revert", "--no-edit", "HEAD")
        return self.git("rev-parse", "HEAD")

    def wf(
        self, *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run `git wf` to its end."""
        done = subprocess.run(
            ["git", "wf", *words],
            cwd=cwd or self.path,
            env=os.environ | dict(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=DEADLINE,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def done(self, *words: str, status: int = 0) -> str:
        """Run `git wf`, see it end with ``status``, and return what it printed as data."""
        done = self.wf(*words)
        assert done.status == status, done
        assert "Traceback" not in done.err
        return done.out

    def log(self, *words: str) -> list[Record]:
        """Return the runs on record, newest first."""
        return msgspec.json.decode(self.done("log", "--json", *words), type=list[Record])

    def show(self, run: str) -> Record:
        """Return one run."""
        return msgspec.json.decode(self.done("show", run, "--json"), type=Record)

    def note(self, commit: str = "HEAD") -> list[dict[str, object]]:
        """Return the lines of a commit's note, as git itself reads them."""
        text = self.git("notes", "--ref=wf", "show", commit)
        return [msgspec.json.decode(line) for line in text.splitlines() if line]

    def ended(self) -> list[str]:
        """Return the refs of the runs that have ended, as git itself reads them."""
        text = self.git("for-each-ref", "--format=%(refname) %(subject)", "refs/wf/runs/")
        return [line.split()[0] for line in text.splitlines() if " running:" not in line]

    def events(self, ref: str) -> list[dict[str, object]]:
        """Return the events of a run, as git itself reads them."""
        text = self.git("show", f"{ref}:.wf/events.jsonl")
        return [msgspec.json.decode(line) for line in text.splitlines()]

    def ledger(self) -> list[str]:
        """Return what the project's commands did, in order."""
        return self._ledger.read_text().splitlines() if self._ledger.exists() else []

    def open_gate(self) -> None:
        """Let the commands that wait for it go on."""
        self.path.with_name("gate").touch()

    def job_pid(self) -> int:
        """Wait for the first job and return the id of the process that leads it."""
        folders = self.path / ".git" / "wf" / "runs"
        pid = until(lambda: next((path.read_text() for path in folders.glob("*/jobs/*/pid")), ""))
        return int(pid.split()[0])

    def clone_id(self) -> str:
        """Return what tells this clone from others."""
        return (self.path / ".git" / "wf" / "clone-id").read_text().strip()

    def forget(self) -> None:
        """Delete all that is not git's and not DVC's: workspaces, job folders, journals, caches."""
        shutil.rmtree(self.path / ".git" / "wf")
        self.git("worktree", "prune")


class Process:
    """A `git wf` that runs beside the test."""

    def __init__(self, words: tuple[str, ...], cwd: Path, folder: Path) -> None:
        self.out, self.err = folder / "out", folder / "err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self._popen = subprocess.Popen(
                ["git-wf", *words], cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._popen.send_signal(number)

    def end(self) -> Done:
        """Wait for its end."""
        status = self._popen.wait(DEADLINE)
        return Done(status, self.out.read_text(), self.err.read_text())

    def stop(self) -> Done:
        """Ask it to end as a service manager does, and wait for that."""
        self.signal(signal.SIGTERM)
        return self.end()

    def kill(self) -> None:
        """End it where it stands."""
        self._popen.kill()
        self._popen.wait()

    def says(self, words: str) -> None:
        """Wait until ``words`` stand in what it tells people."""
        until(lambda: words in self.err.read_text())


Start = Callable[..., Process]


def until(look: Callable[[], T]) -> T:
    """Look again and again until what is seen is true, and return it.

    What goes away while it is looked at, as the drafts of a controller do, is not there yet.
    """
    deadline = time.monotonic() + DEADLINE
    while True:
        with suppress(FileNotFoundError):
            if seen := look():
                return seen
        assert time.monotonic() < deadline, "what the test waits for did not come"
        time.sleep(0.02)


@pytest.fixture
def wait_for() -> Callable[[Callable[[], T]], T]:
    """Wait until what a function sees is true, with a deadline."""
    return until


@pytest.fixture(autouse=True)
def _world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the project's commands their places."""
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    monkeypatch.setenv("LEDGER", str(tmp_path / "ledger"))
    monkeypatch.setenv("SERVED", str(tmp_path / "served.bin"))
    monkeypatch.setenv("GATE", str(tmp_path / "gate"))


@pytest.fixture
def empty(folder: Folder, tmp_path: Path) -> Project:
    """A repository without a commit."""
    return Project(folder, tmp_path / "ledger", tmp_path / "served.bin")


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `git wf init` makes of an empty repository, made once."""
    path = tmp_path_factory.mktemp("template") / "work"
    environment = os.environ | {
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(path.parent / "site"),
    }
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", path], check=True)
    subprocess.run(
        ["git", "wf", "init"], cwd=path, check=True, capture_output=True, env=environment
    )
    return path


@pytest.fixture
def ready(laid_out: Path, make_folder: MakeFolder, tmp_path: Path) -> Project:
    """A repository after `git wf init`, without a commit."""
    path = tmp_path / "work"
    shutil.copytree(laid_out, path)
    return Project(make_folder(), tmp_path / "ledger", tmp_path / "served.bin")


@pytest.fixture
def project(ready: Project) -> Project:
    """The project, committed; nothing of it has run yet."""
    ready.commit(PROJECT, "First model")
    return ready


@pytest.fixture
def smoked(ready: Project) -> Project:
    """The project with a test after the deployment, which the rate 0.8 does not pass."""
    files = {
        **PROJECT,
        "workflows/main.wf": WORKFLOW.replace("→ /deploy →", "→ /deploy && /smoke →"),
    }
    files["workflows/main.wf"] += SMOKE
    ready.commit(files, "First model")
    return ready


@pytest.fixture
def gated(ready: Project) -> Project:
    """A committed project whose two commands wait until the test opens the gate."""
    flow = "/train\n/deploy\n"
    ready.commit({"workflows/main.wf": GATED + flow, "params.yaml": "rate: 0.9\n"}, "First")
    return ready


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `git wf` beside the test; whatever still runs at its end is killed."""
    started: list[Process] = []

    def begin(*words: str, cwd: Path) -> Process:
        folder = tmp_path / f"process-{len(started)}"
        folder.mkdir()
        started.append(Process(words, cwd, folder))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
