"""An arena for crashes: a project whose commands leave traces outside of it, and what kills its controller.

The controller is the installed `git-wf`; SIGKILL comes from the test. `GIT_WF_PAUSE_AT` can only have it
stop itself at a write of its journal, so that the test can kill it just there.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
import yaml

from gitwf.records.event import Event, RunFinished, StepFinished, StepStarted
from gitwf.records.journal import read_sound

DEADLINE = 120.0

WORKFLOW = """\
define:/split
  ↳ run  → echo split >> "$$WORLD/log"; cat seed.txt > data.txt
  ↳ deps → seed.txt
  ↳ outs → data.txt
define:/train n
  ↳ run     → echo train-$n >> "$$WORLD/log"; sleep 0.05; cat data.txt > model-$n.txt; echo "{\\"score\\": $n}" > score-$n.json
  ↳ deps    → data.txt
  ↳ outs    → model-${n}.txt
  ↳ metrics → score-${n}.json
define:/flaky
  ↳ run → echo flaky-$$WF_ATTEMPT >> "$$WORLD/log"; test "$$WF_ATTEMPT" = 2
define:/deploy
  ↳ run    → echo deploy >> "$$WORLD/log"; sleep 0.05
  ↳ effect → production
define:/announce
  ↳ run    → echo announce >> "$$WORLD/log"
  ↳ effect → site
define:/note text
  ↳ run → echo note-$text >> "$$WORLD/log"
on_success → /note well
on_exit    → /note over
/split
fork:2 → /train 1 & /train 2
$trials = sweep:n=3,4 max:2 → /train $n
retry:2 → /flaky
if:$trials[0].score > 1 → /deploy → /fail
/announce
/note kept > notes.txt
"""

EFFECTS = {"/deploy": "production", "/announce": "site"}
BUILTIN = frozenset({"/fail", "/echo"})

WINDOWS = ("intent", "start", "running", "exit", "journal", "ref")
"""Where a kill can fall. Of a step that was begun: before its job's folder is there (intent), before a
process has taken it (start), while it runs, and before its end is in the journal (exit). Else: between two
writes of the journal, or when all is in the journal and not yet in git (ref)."""


class Final(msgspec.Struct, frozen=True):
    """What a run came to, without what may differ from one playing of it to another."""

    status: str
    steps: dict[str, tuple[str, int | None, str]]
    envs: dict[str, str]
    metrics: dict[str, object]
    counts: tuple[int, int]
    lock: object
    error: str | None


class Arena:
    """One repository with one commit that asks for a run."""

    def __init__(self, path: Path) -> None:
        self.path = path / "work"
        self.world = path / "world"
        self._environment = {**os.environ, "WORLD": str(self.world)}

    # -- controllers --------------------------------------------------------------------------

    def begin(self, pause: str | None = None) -> subprocess.Popen[bytes]:
        """Start a controller that ends when all is done; ``pause`` as in `GIT_WF_PAUSE_AT`."""
        extra = {"GIT_WF_PAUSE_AT": pause} if pause else {}
        return subprocess.Popen(
            ["git-wf", "reconcile"],
            cwd=self.path,
            env=self._environment | extra,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def reach(self, write: int) -> subprocess.Popen[bytes]:
        """Start a controller and return it when it has stopped itself behind its n-th ``write``."""
        controller = self.begin(f"{write}:after")
        _, status = os.waitpid(controller.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), status
        return controller

    def await_jobs(self, count: int, controller: subprocess.Popen[bytes]) -> None:
        """Return as soon as there are so many folders of jobs, or the controller has ended.

        Looks without a pause, and at nothing else: a process has taken a job a millisecond later.
        """
        runs = str(self.path / ".git" / "wf" / "runs")
        while controller.poll() is None:
            with suppress(FileNotFoundError, ValueError):
                (run,) = os.listdir(runs)  # noqa: PTH208  (faster)
                jobs = f"{runs}/{run}/jobs"
                while controller.poll() is None:
                    with suppress(FileNotFoundError):
                        if len(os.listdir(jobs)) >= count:  # noqa: PTH208
                            return

    def recover(self) -> Final:
        """Have a new controller end the run; return what it came to."""
        done = self.wf("reconcile")
        assert done.returncode in (0, 1), done.stderr
        return self.final()

    def move(self, path: Path) -> None:
        """Move the repository to another disk."""
        self.path = Path(shutil.move(self.path, path / "work"))

    # -- what is there ------------------------------------------------------------------------

    def run_folder(self) -> Path | None:
        """Return the folder of the one run, or None before it is there."""
        folders = [folder for folder in self.run_folders() if read_sound(folder / "events.jsonl")]
        assert len(folders) <= 1, f"more than one run: {folders}"
        return folders[0] if folders else None

    def run_folders(self) -> list[Path]:
        """Return the folders of all runs, of those that never began too."""
        return list((self.path / ".git" / "wf" / "runs").glob("*"))

    def events(self) -> list[Event]:
        """Return what the journal of the run says."""
        folder = self.run_folder()
        return read_sound(folder / "events.jsonl") if folder else []

    def windows(self) -> set[str]:
        """Return where the run stands."""
        events = self.events()
        if any(isinstance(event.body, RunFinished) for event in events):
            return {"ref"}
        return {self._window(step) for step in _open(events).values()} or {"journal"}

    def jobs(self, step: str = "*") -> list[Path]:
        """Return the folders of the jobs of ``step``, those of lost ones too."""
        folder = self.run_folder()
        name = step.replace("/", ".").replace("[", "[[]") if step != "*" else step
        return sorted((folder / "jobs").glob(name)) if folder else []

    def _window(self, step: StepStarted) -> str:
        folders = self.jobs(step.step)
        if not folders:
            return "intent"
        if (folders[-1] / "exit").exists():
            return "exit"
        return "running" if (folders[-1] / "pid").exists() else "start"

    def kill_jobs(self) -> set[str]:
        """Kill all processes of jobs that run; return the commands of those whose end is not known by that."""
        killed = set()
        steps = {step.step.replace("/", "."): step for step in _open(self.events()).values()}
        for folder in self.jobs():
            pid, step = _pid(folder), steps.get(folder.name.partition(".lost")[0])
            if pid is None or step is None or (folder / "exit").exists():
                continue
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            _await_end(pid)
            if not _said_how_it_ended(folder):
                killed.add(" ".join((step.command, *step.args)))
        return killed

    def traces(self) -> Counter[str]:
        """Return how often each command has run."""
        log = self.world / "log"
        return Counter(log.read_text().split()) if log.exists() else Counter()

    def processes(self) -> list[str]:
        """Return the command lines of processes that belong to the run (where there is a /proc)."""
        folder = self.run_folder()
        mark = f"WF_RUN_ID={folder.name}".encode() if folder else b"?"
        return [line for environ, line in _everyone() if mark in environ]

    def newest(self) -> str:
        """Return the id of the newest run."""
        runs: list[dict[str, str]] = json.loads(self._answer("log", "--json"))
        return runs[0]["run"]

    def final(self) -> Final:
        """Return what the newest run came to."""
        record = json.loads(self._answer("show", self.newest(), "--json"))
        steps = {
            step["step"]: (step["status"], step["exit"], json.dumps(step["result"]))
            for step in record["steps"]
        }
        lock = subprocess.run(
            ["git", "show", f"{record['ref']}:dvc.lock"],
            cwd=self.path,
            capture_output=True,
            text=True,
            check=False,
        )
        return Final(
            record["status"],
            steps,
            {env["env"]: env["state"] for env in record["envs"]},
            record["metrics"],
            (record["executed"], record["restored"]),
            yaml.safe_load(lock.stdout),
            record["error"] and record["error"]["message"],
        )

    def complaints(self) -> str:
        """Return what `git wf fsck` and `git fsck` find wrong."""
        ours = self.wf("fsck")
        assert ours.returncode in (0, 1), ours.stderr
        git = subprocess.run(
            ["git", "fsck", "--strict"], cwd=self.path, capture_output=True, text=True, check=False
        )
        said = ours.stdout if ours.returncode else ""
        return said + (git.stderr if git.returncode else "")

    def _answer(self, *words: str) -> str:
        done = self.wf(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wf(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `git wf` to its end."""
        return subprocess.run(
            ["git-wf", *words],
            cwd=self.path,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )


def _open(events: list[Event]) -> dict[str, StepStarted]:
    """Return the steps that were begun and have not ended."""
    begun: dict[str, StepStarted] = {}
    for event in events:
        match event.body:
            case StepStarted() as body if body.command not in BUILTIN:
                begun[body.step] = body
            case StepFinished() as body:
                begun.pop(body.step, None)
            case _:
                pass
    return begun


def _pid(folder: Path) -> int | None:
    try:
        return int((folder / "pid").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return None


def _said_how_it_ended(folder: Path) -> bool:
    """Return whether the wrapper had written the status: what kills it then loses nothing."""
    for name in ("exit.new", "exit"):
        with suppress(FileNotFoundError):
            return (folder / name).read_text().strip() != ""
    return False


def _await_end(pid: int) -> None:
    """Return when the process is gone, or nothing but an entry that nobody has reaped."""
    stat = Path(f"/proc/{pid}/stat")
    while stat.parent.is_dir():
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):
            return


def _everyone() -> Iterator[tuple[bytes, str]]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environ = (process / "environ").read_bytes()
            yield environ, (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


MakeArena = Callable[[], Arena]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose commit asks for a run that nobody has begun."""
    path = tmp_path_factory.mktemp("template")
    work = path / "work"
    work.mkdir()
    (path / "world").mkdir()
    author = {
        f"GIT_{who}_{what}": "a@b.example"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    environment = {**os.environ, **author, "GIT_CONFIG_GLOBAL": os.devnull, "DVC_NO_ANALYTICS": "1"}

    def run(*words: str) -> None:
        subprocess.run(words, cwd=work, env=environment, check=True, capture_output=True)

    run("git", "init", "--quiet", "--initial-branch=main")
    run("git-wf", "init")
    (work / "workflows" / "main.wf").write_text(WORKFLOW, encoding="utf-8")
    (work / "seed.txt").write_text("seed\n")
    run("git", "add", "--all")
    run("git", "commit", "--quiet", "--message", "Ask for a run")
    return path


@pytest.fixture
def make_arena(template: Path, tmp_path: Path) -> MakeArena:
    """Make arenas, each with a repository of its own; only the newest is kept."""

    def make() -> Arena:
        path = tmp_path / "arena"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(template, path, symlinks=True)
        return Arena(path)

    return make


@pytest.fixture
def undisturbed(make_arena: MakeArena) -> Final:
    """What the run comes to when nothing happens to it."""
    return make_arena().recover()
