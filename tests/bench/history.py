"""A long history: what a pass with nothing to do, `log` and `status` cost when much has been before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import command, medians

from gitwf.app.session import Session
from gitwf.reconcile.desired import prepared_at
from gitwf.records.clock import spell
from gitwf.records.event import Event, RunFinished, RunStarted, encode
from gitwf.records.fold import RunRecord, fold
from gitwf.records.ids import Ids
from gitwf.records.runs import EVENTS, PLAN, RECORD, ref_of
from gitwf.repo.commits import Draft, File
from gitwf.repo.refs import RefUpdate

WORKFLOWS, COMMITS, EACH = 1_000, 10_000, 10
"""Each workflow has so many runs: ten thousand in all."""

_WORKFLOW = """\
define:/train_{n} sigma:float=0.12
  ↳ run    → python3 train.py --sigma $sigma --out models/{n}.bin
  ↳ deps   → train.py
  ↳ params → train
  ↳ outs   → models/{n}.bin

/train_{n}
"""


def measure(at: Path) -> Iterator[Row]:
    """Measure whole commands, and `git notes list` beside them."""
    place = Place(at / "history")
    _lay_out(place)
    runs = WORKFLOWS * EACH
    what = f"{WORKFLOWS} workflows, {COMMITS} commits, {runs} runs"
    place.run("git", "wf", "reconcile")
    listed = command("git", "-C", str(place.root), "for-each-ref", "refs/wf/")
    passed, log, status, refs = medians(
        command("git-wf", "reconcile", cwd=place.root),
        command("git-wf", "log", "-n", "20", cwd=place.root),
        command("git-wf", "status", cwd=place.root),
        listed,
    )
    peer = "git for-each-ref refs/wf/"
    yield Row(f"a pass with nothing to do: {what}", passed, peer, refs)
    yield Row("git wf log -n 20, the same", log, peer, refs)
    yield Row("git wf status, the same", status, peer, refs)
    place.write({"README.md": "Words.\n"})
    place.commit("Words")
    before = place.timed("git-wf", "reconcile")
    yield Row(
        "the pass after a commit of words, the same",
        msgspec.structs.replace(passed, value=before, runs=1),
    )


class _Past:
    """A clock that the runs of the past go by."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self.time += timedelta(seconds=60)
        return self.time


def _lay_out(place: Place) -> None:
    """Make the commits, the workflows, and runs as if they had been played."""
    place.write({f"workflows/{n:04}.wf": _WORKFLOW.format(n=n) for n in range(WORKFLOWS)})
    place.write({"train.py": "", "params.yaml": "train: 1\n", ".dvc/config": ""})
    place.write({"wf.toml": '[controller]\nbranches = ["main"]\n'})
    place.commit("workflows")
    _commit_often(place)
    clone = Session(place.root, dict(os.environ)).clone()
    head = clone.repository.commit("HEAD")
    if head is None:
        sys.exit("the history was not made")
    clock = _Past()
    ids = Ids(clock)
    drafts: list[Draft] = []
    runs: list[str] = []
    for number in range(WORKFLOWS):
        path = f"workflows/{number:04}.wf"
        plan = prepared_at(clone, head.id, path).plan
        if plan is None:
            sys.exit(f"{path} cannot be run")
        for _ in range(EACH):
            run = ids.new()
            events = _events(run, path, head.id, head.tree, plan.key, clock, ids)
            record = fold(events)
            runs.append(run)
            drafts.append(_draft(head.id, head.tree, events, record, clock))
    commits = clone.repository.commits.write(drafts)
    updates = [RefUpdate(ref_of(run), tip, None) for run, tip in zip(runs, commits, strict=True)]
    clone.repository.refs.swap(updates)
    clone.repository.close()
    place.run("git", "gc", "--quiet")


def _commit_often(place: Place) -> None:
    """Put commits of words onto the branch, in one process."""
    parent = "from refs/heads/main^0\n"
    stream = "".join(
        f"commit refs/heads/main\ncommitter bench <bench@example.org> {1_767_225_600 + n} +0000\n"
        f"data 5\nwords\n{'' if n else parent}"
        f"M 100644 inline notes.txt\ndata {len(str(n))}\n{n}\n"
        for n in range(COMMITS)
    )
    words = ["git", "fast-import", "--quiet"]
    subprocess.run(words, cwd=place.root, input=stream.encode(), check=True)
    place.run("git", "reset", "--quiet", "--hard")


def _events(
    run: str, path: str, commit: str, tree: str, key: str, clock: _Past, ids: Ids
) -> list[Event]:
    started = RunStarted(path, commit, tree, "main", key, "commit", owner="bench:bench")
    end = RunFinished("succeeded", path, commit, "main", key, 1.0, 1, 0, ref=ref_of(run))
    return [Event(spell(clock.now()), ids.new(), 0, run, body) for body in (started, end)]


def _draft(
    commit: str, tree: str, events: list[Event], record: RunRecord | None, clock: _Past
) -> Draft:
    lines = b"".join(encode(event) + b"\n" for event in events)
    files = {RECORD: msgspec.json.encode(record), EVENTS: lines, PLAN: b"{}"}
    changes = {path: File(data) for path, data in files.items()}
    return Draft(tree, changes, [commit], "a run\n", clock.now())
