"""A stage beside others: what it waits for, what it restores, and what it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from gitwf.data.execute import begin, save
from gitwf.data.look import look
from gitwf.data.project import Project
from gitwf.engine.replay.steps import Call, Ended
from gitwf.engine.stages.executions import Executions
from gitwf.engine.stages.stages import JobEnd, Need, Stages
from gitwf.engine.unit.outcome import Kind, Outcome
from gitwf.engine.unit.stop import Stop
from gitwf.plan.stage import Out, Stage
from gitwf.targets.job import JobFolder

LONG = 60.0
TRAIN = Stage("train", "train", deps=("data",), outs=(Out("model"),))
PREPARE = Stage("prepare", "prepare", deps=("raw",), outs=(Out("data"),))
NEED = Need(wanted=False, begun=False)


class Shelf:
    """Keeps records in memory."""

    def __init__(self) -> None:
        self.records: dict[str, bytes] = {}
        self.stages: list[Stage] = []

    def find(self, key: str) -> bytes | None:
        return self.records.get(key)

    def put(self, key: str, record: bytes) -> None:
        self.records[key] = record

    def use(self, stage: Stage) -> None:
        self.stages.append(stage)


class Waiting(Stop):
    """Tells when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def wait(self, seconds: float) -> None:
        self.begun.set()
        super().wait(seconds)


class Workspace:
    """A DVC project, the stages of a run in it, and what their commands do."""

    def __init__(self, root: Path) -> None:
        (root / "ws" / ".dvc").mkdir(parents=True)
        (root / "job").mkdir()
        (root / "job" / "out").touch()
        self.root = root / "ws"
        self.project = Project.open(self.root)
        self.shelf = Shelf()
        self.locks = root / "locks"
        self.stages = Stages(self.root, self.shelf, Executions(self.locks, "B"), "B")
        self.executed: list[str] = []
        self._job = JobFolder(root / "job")
        for name in ("raw", "data"):
            (self.root / name).write_text(name)

    def play(
        self,
        stage: Stage,
        need: Need = NEED,
        stop: Stop | None = None,
        command: Callable[[], object] = lambda: None,
    ) -> Ended:
        """Play ``stage``; its command writes its outs and does ``command``."""

        def execute() -> JobEnd:
            self.executed.append(stage.name)
            command()
            for out in stage.outs:
                (self.root / out.path).write_text(f"by {stage.name}")
            return JobEnd(self._job, Outcome())

        return self.stages.play(stage, Call("1", f"/{stage.name}"), execute, need, stop or Stop())

    def lock_of(self, stage: Stage) -> str:
        """Return the name of the lock of ``stage``."""
        key = look(self.project, stage).key
        assert key is not None
        return key


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def in_background(play: Callable[[], Ended]) -> tuple[threading.Thread, list[Ended]]:
    ended: list[Ended] = []
    thread = threading.Thread(target=lambda: ended.append(play()))
    thread.start()
    return thread, ended


@pytest.mark.parametrize("succeeds", [True, False])
def test_what_another_run_executes_is_waited_for(workspace: Workspace, succeeds: bool) -> None:  # noqa: FBT001
    stop = Waiting()
    with Executions(workspace.locks, "A").alone(workspace.lock_of(TRAIN), Stop()):
        thread, ended = in_background(lambda: workspace.play(TRAIN, stop=stop))
        assert stop.begun.wait(LONG)
        if succeeds:
            seen = look(workspace.project, TRAIN)
            begin(workspace.project, TRAIN)
            (workspace.root / "model").write_text("by A")
            save(workspace.project, TRAIN, seen)
            (workspace.root / "dvc.lock").unlink()
    thread.join(LONG)
    assert workspace.executed == ([] if succeeds else ["train"])
    assert [(end.cached, end.reason) for end in ended] == [
        (True, "the run cache has a result for these deps; waited for run A")
        if succeeds
        else (False, "no result for these deps in the run cache; waited for run A")
    ]


@pytest.mark.parametrize(
    "need",
    [
        pytest.param(Need(wanted=False, begun=True), id="taken up"),
        pytest.param(Need(wanted=True, begun=False, piped=True), id="in a pipe"),
        pytest.param(Need(wanted=False, begun=False, forced="it reads a pipe"), id="forced"),
    ],
)
def test_what_cannot_wait_does_not(workspace: Workspace, need: Need) -> None:
    with Executions(workspace.locks, "A").alone(workspace.lock_of(TRAIN), Stop()):
        assert not workspace.play(TRAIN, need).cached
    assert workspace.executed == ["train"]


def test_the_same_stage_twice_is_executed_once(workspace: Workspace) -> None:
    ended: list[Ended] = []

    def again() -> None:
        thread, more = in_background(lambda: workspace.play(TRAIN))
        threads.append(thread)
        ended.append(workspace.play(Stage("other", "other", outs=(Out("x"),))))
        results.append(more)

    threads, results = list[threading.Thread](), list[list[Ended]]()
    first = workspace.play(TRAIN, command=again)
    threads[0].join(LONG)
    assert workspace.executed == ["train", "other"]
    assert [first.cached, results[0][0].cached] == [False, True]


def test_outs_that_meet_are_refused(workspace: Workspace) -> None:
    refused: list[Ended] = []
    within = Stage("within", "true", outs=(Out("model/part"),))
    workspace.play(TRAIN, command=lambda: refused.append(workspace.play(within)))
    failure = refused[0].outcome.failure
    assert failure is not None
    assert failure.kind is Kind.PATH
    assert failure.message == (
        "stages `train` and `within` would write `model/part` at once "
        "(give each outs of its own, or play one after the other)"
    )


def test_a_dep_that_another_stage_writes_meanwhile(workspace: Workspace) -> None:
    ended = workspace.play(TRAIN, command=partial(workspace.play, PREPARE))
    assert ended.outcome.succeeded
    assert ended.warning == (
        "stage `prepare` wrote `data` while `/train` ran: its result is not kept for others"
    )
    assert look(workspace.project, TRAIN).reason == "`data` is not that of `dvc.lock`"
    assert [stage.name for stage in workspace.shelf.stages] == ["train", "prepare"]
    assert len(workspace.shelf.records) == 1


def test_a_stage_that_changes_its_own_dep(workspace: Workspace) -> None:
    ended = workspace.play(TRAIN, command=partial((workspace.root / "data").write_text, "new"))
    assert ended.warning == "`data` changed while `/train` ran: its result is not kept for others"
    assert workspace.shelf.records == {}


def test_a_dep_that_vanishes(workspace: Workspace) -> None:
    ended = workspace.play(TRAIN, command=(workspace.root / "data").unlink)
    assert ended.outcome.failure is not None
    assert ended.outcome.failure.message == (
        "`data` vanished while `train` ran "
        "(a stage leaves its deps in place, and so must what runs beside it)"
    )


def test_an_object_that_dvc_gc_removes_is_made_again(workspace: Workspace) -> None:
    outs = workspace.play(TRAIN).outs
    (workspace.root / "model").unlink()
    stages, path = workspace.stages, workspace.project.cache.path(outs[0].hash)

    class Gc(Shelf):
        def find(self, _key: str) -> None:
            path.unlink(missing_ok=True)

    workspace.stages = Stages(workspace.root, Gc(), Executions(workspace.locks, "B"), "x")
    ended = workspace.play(TRAIN)
    assert (ended.cached, ended.reason) == (False, "what it wrote before is no longer in the cache")
    assert stages is not workspace.stages
    assert path.exists()
