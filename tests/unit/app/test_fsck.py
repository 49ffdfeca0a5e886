"""`git wf fsck`: nothing is found in sound records, and each kind of damage by its name."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from gitwf.app.fsck import fsck
from gitwf.app.run import RunOptions, prospect
from gitwf.app.session import Session
from gitwf.engine.unit.stop import Stop
from gitwf.records.event import RunFinished, encode
from gitwf.records.journal import Journal, path_of, read

if TYPE_CHECKING:
    from tests.conftest import Folder

WORKFLOW = """\
define:/deploy
  ↳ run    → echo deployed
  ↳ effect → production

/echo a
$x = read("long.txt")
/deploy
"""


class Played:
    """A repository in which one run has succeeded, with what it has left."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.session = Session(folder.path, {"PATH": os.environ["PATH"]})
        clone = self.session.clone()
        self.records = clone.records
        wanted = prospect(self.session, clone, "main.wf", RunOptions())
        record = clone.runner.play(wanted.request, wanted.configured.settings, Stop())
        assert record.status == "succeeded"
        self.run = record.run
        self.state = self.records.state_dir
        self.journal = path_of(self.state, self.run)
        self.ref = record.ref or ""
        self.commit = record.commit

    def found(self) -> list[str]:
        """Return the findings, with short names for what differs each time."""
        names = {
            str(self.journal): "JOURNAL",
            str(self.state): "STATE",
            self.ref: "REF",
            self.run: "RUN",
            self.commit: "COMMIT",
        }
        texts = [str(finding) for finding in fsck(self.session)]
        for name, short in names.items():
            texts = [text.replace(name, short) for text in texts]
        return texts

    def rewrite(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Change a file of the tree that the run's ref stands at."""
        index = {**os.environ, "GIT_INDEX_FILE": str(self.state / "test-index")}
        content = change(self._git("show", f"{self.ref}:{name}").stdout)
        blob = self._git("hash-object", "-w", "--stdin", given=content).stdout.decode().strip()
        self._git("read-tree", self.ref, environment=index)
        self._git("update-index", "--cacheinfo", f"100644,{blob},{name}", environment=index)
        tree = self._git("write-tree", environment=index).stdout.decode().strip()
        made = self._git("commit-tree", tree, "-p", f"{self.ref}^", "-m", "x").stdout
        self._git("update-ref", self.ref, made.decode().strip())

    def _git(
        self, *words: str, given: bytes = b"", environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", *words],
            cwd=self.folder.path,
            input=given,
            env=environment,
            capture_output=True,
            check=True,
        )


@pytest.fixture
def played(folder: Folder) -> Played:
    folder.commit({"main.wf": WORKFLOW, "long.txt": "x" * 5000})
    return Played(folder)


HAND = "nothing mends it: `git wf` passes over it; a copy of the ref from another clone does"
DELETE = "delete `JOURNAL`: git has all of the run"


def test_nothing_is_wrong_with_a_run(played: Played) -> None:
    assert played.found() == []


def _spoil(played: Played) -> None:
    lines = played.journal.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"', b"'", 1)
    played.journal.write_bytes(b"".join(lines))


def _spoil_ongoing(played: Played) -> None:
    _spoil(played)
    (played.state / "ongoing" / played.run).touch()


def _reorder(played: Played) -> None:
    first, second, *rest = played.journal.read_bytes().splitlines(keepends=True)
    played.journal.write_bytes(b"".join([second, first, *rest]))


def _shorten(played: Played) -> None:
    lines = played.journal.read_bytes().splitlines(keepends=True)
    played.journal.write_bytes(b"".join(lines[:-2]))


def _end_twice(played: Played) -> None:
    events = read(played.journal)
    end = next(event for event in events if isinstance(event.body, RunFinished))
    with Journal(played.journal) as journal:
        journal.append(msgspec.structs.replace(end, id="Z"))


def _note(played: Played, line: str) -> None:
    played.records.notes.append({played.commit: [line.encode()]})


def _note_another_run(played: Played) -> None:
    events = read(played.journal)
    _note(played, encode(msgspec.structs.replace(events[0], run="01OTHER")).decode())


def _spoil_result(played: Played) -> None:
    [path] = (played.state / "runs" / played.run / "results").iterdir()
    path.with_name("0" * 64).write_bytes(path.read_bytes())


def _leave_workspace(played: Played) -> None:
    (played.state / "workspaces" / "01OTHER").mkdir(parents=True)


def _forget_ref(played: Played) -> None:
    played.folder.git("update-ref", "-d", played.ref)


def _spoil_environment(played: Played) -> None:
    tree = played.folder.git("rev-parse", "HEAD^{tree}")
    made = played.folder.git("commit-tree", tree, "-m", "x")
    played.folder.git("update-ref", "refs/wf/env/staging", made)


DAMAGE: dict[str, tuple[Callable[[Played], None], list[str]]] = {
    "a line of a journal": (_spoil, [f"JOURNAL, line 2: it is damaged: {DELETE}"]),
    "a line of a journal of a run that goes on": (
        _spoil_ongoing,
        ["JOURNAL, line 2: it is damaged: `git wf cancel RUN` ends the run as lost"],
    ),
    "the order of a journal": (
        _reorder,
        [f"JOURNAL, line 2: it is older than the line before it: {DELETE}"],
    ),
    "a journal that was cut": (
        _shorten,
        [f"JOURNAL: it lacks events that `REF` has: 2: {DELETE}"],
    ),
    "two ends": (
        _end_twice,
        [
            (
                "JOURNAL: the run has 2 ends, and the first counts: "
                "see that one controller alone acts on it"
            ),
            (
                "REF: it lacks events that the journal here has: 1: "
                "it was set back: take it from another clone, or its reflog"
            ),
        ],
    ),
    "a record": (
        lambda p: p.rewrite(".wf/run.json", lambda t: t.replace(b"succeeded", b"failed")),
        [f"REF:.wf/run.json: it is not what the events say: {HAND}"],
    ),
    "a plan": (
        lambda p: p.rewrite(".wf/plan.json", lambda _: b"{}"),
        [f"REF:.wf/plan.json: it is no plan: {HAND}"],
    ),
    "the events of a ref": (
        lambda p: p.rewrite(".wf/events.jsonl", lambda t: t.replace(b'{"at"', b'{"it"', 1)),
        [
            f"REF:.wf/events.jsonl, line 1: it is damaged: {HAND}",
            f"REF: its events say of no start: {HAND}",
            (
                "REF: it lacks events that the journal here has: 1: "
                "it was set back: take it from another clone, or its reflog"
            ),
        ],
    ),
    "a note": (
        lambda p: _note(p, "what is this"),
        [
            (
                "refs/notes/wf, COMMIT, line 4: it is damaged: "
                "take it out with `git notes --ref=refs/notes/wf edit`"
            )
        ],
    ),
    "a note on another run": (
        _note_another_run,
        [
            (
                "refs/notes/wf, COMMIT, line 4: it is of run `01OTHER`, which has no ref: "
                "fetch `refs/wf/runs/*`"
            )
        ],
    ),
    "a result": (
        _spoil_result,
        [
            (
                f"STATE/runs/RUN/results/{'0' * 64}: its content has another hash than its name: "
                "delete it; what the run recorded of it is lost"
            )
        ],
    ),
    "a workspace": (
        _leave_workspace,
        [
            (
                "STATE/workspaces/01OTHER: it is the workspace of no run: "
                "`git worktree remove --force STATE/workspaces/01OTHER`"
            )
        ],
    ),
    "an environment": (
        _spoil_environment,
        [
            (
                "refs/wf/env/staging, ENV: it holds no deployment: "
                "nothing mends it: the next deployment stands for itself"
            )
        ],
    ),
}


@pytest.mark.parametrize(("damage", "lines"), DAMAGE.values(), ids=DAMAGE)
def test_damage(played: Played, damage: Callable[[Played], None], lines: list[str]) -> None:
    damage(played)
    found = played.found()
    staging = played.folder.git("for-each-ref", "--format=%(objectname)", "refs/wf/env/staging")
    assert [line.replace(staging or "-", "ENV" if staging else "-") for line in found] == lines


def test_a_run_without_a_ref(played: Played) -> None:
    _forget_ref(played)
    env = played.folder.git("rev-parse", "refs/wf/env/production")
    missing = "run `RUN`, which has no ref: fetch `refs/wf/runs/*`"
    assert [line.replace(env, "ENV") for line in played.found()] == [
        *(f"refs/notes/wf, COMMIT, line {number}: it is of {missing}" for number in (1, 2, 3)),
        f"refs/wf/env/production, ENV: it stands at {missing}",
    ]


def test_a_process_that_outlives_its_run(played: Played) -> None:
    job = played.state / "runs" / played.run / "jobs" / "9"
    with subprocess.Popen(["sleep", "100"], env={"WF_RESULT": str(job / "result")}) as process:
        while not Path(f"/proc/{process.pid}/environ").read_bytes():
            pass
        found = played.found()
        process.kill()
    assert found == [
        (
            f"STATE/runs/RUN/jobs/9: process {process.pid} goes on, and the run is over: "
            f"`kill {process.pid}`"
        )
    ]


def test_a_job_that_is_gone(played: Played) -> None:
    (played.state / "ongoing" / played.run).touch()
    job = played.state / "runs" / played.run / "jobs" / "9"
    job.mkdir()
    (job / "pid").write_text("0\n")
    assert played.found() == [
        (
            "STATE/runs/RUN/jobs/9: its job is gone without an exit status: "
            "`git wf reconcile` takes the run up"
        )
    ]
