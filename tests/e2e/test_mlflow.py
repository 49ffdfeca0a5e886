"""Runs in MLflow: a real server, a real file of SQLite, and servers that are not what they should be."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

T = TypeVar("T")
WaitFor = Callable[[Callable[[], T]], T]

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}

SWEEP = """\
define:/train sigma:float epochs:int=5
  ↳ run     → python3 train.py $sigma $epochs
  ↳ deps    → train.py
  ↳ params  → rate
  ↳ outs    → models/${sigma}.bin
  ↳ plots   → live/${sigma}/plots
  ↳ metrics → live/${sigma}/metrics.json

$trials = sweep:sigma=0.10,0.12,0.15,0.20,0.25,0.30 → /train --sigma $sigma
/mlflow:log metrics:${best($trials, "accuracy")} || /echo "the best has more than numbers"
"""

TRAIN = """\
import json, os, sys
sigma, epochs = sys.argv[1], int(sys.argv[2])
os.makedirs("models", exist_ok=True)
open(f"models/{sigma}.bin", "w").write(sigma)
os.makedirs(f"live/{sigma}/plots/metrics", exist_ok=True)
with open(f"live/{sigma}/plots/metrics/loss.tsv", "w") as file:
    file.write("step\\tloss\\n")
    for step in range(epochs):
        file.write(f"{step}\\t{1 / (step + 1)}\\n")
json.dump({"accuracy": 1 - float(sigma), "loss": 1 / epochs}, open(f"live/{sigma}/metrics.json", "w"))
"""

PROJECT = {"search.wf": SWEEP, "train.py": TRAIN, "params.yaml": "rate: 0.9\n"}


class Run(msgspec.Struct, frozen=True):
    """A run as MLflow has it."""

    id: str
    name: str
    status: str
    metrics: dict[str, tuple[float, int]]
    params: dict[str, str]
    tags: dict[str, str]


class Mlflow:
    """An MLflow server on loopback, with a file of SQLite."""

    def __init__(self, folder: Path, port: int) -> None:
        self.uri = f"http://127.0.0.1:{port}"
        self._words = [
            *(sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1"),
            *("--port", str(port), "--backend-store-uri", f"sqlite:///{folder}/server.db"),
        ]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._words,
                cwd=self._folder,
                env=os.environ | QUIET,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.uri}/health", timeout=5) as answer:  # noqa: S310  (loopback)
            return bool(answer.status == 200)
        return False

    def runs(self, experiment: str) -> list[Run]:
        """Return the runs of an experiment, the oldest first."""
        named = self._ask(
            "experiments/search", {"filter": f"name = '{experiment}'", "max_results": 1}
        )
        ids = [each["experiment_id"] for each in named.get("experiments", [])]
        if not ids:
            return []
        asked = {
            "experiment_ids": ids,
            "max_results": 100,
            "order_by": ["attributes.start_time ASC"],
        }
        return [_run(each) for each in self._ask("runs/search", asked).get("runs", [])]

    def history(self, run: Run, metric: str) -> list[tuple[int, float]]:
        place = f"metrics/get-history?run_id={run.id}&metric_key={metric}"
        return [(int(str(m["step"])), float(str(m["value"]))) for m in self._ask(place)["metrics"]]

    def _ask(self, place: str, request: object = None) -> dict[str, list[dict[str, object]]]:
        data = None if request is None else json.dumps(request).encode()
        asked = urllib.request.Request(  # noqa: S310  (loopback)
            f"{self.uri}/api/2.0/mlflow/{place}", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            found: dict[str, list[dict[str, object]]] = json.load(answer)
            return found


def _run(found: dict[str, object]) -> Run:
    info, data = msgspec.convert(
        (found["info"], found["data"]), tuple[dict[str, object], dict[str, list[dict[str, object]]]]
    )
    return Run(
        str(info["run_id"]),
        str(info["run_name"]),
        str(info["status"]),
        {
            str(m["key"]): (float(str(m["value"])), int(str(m.get("step", 0))))
            for m in data.get("metrics", [])
        },
        {str(p["key"]): str(p["value"]) for p in data.get("params", [])},
        {str(t["key"]): str(t["value"]) for t in data.get("tags", [])},
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as place:
        port: int = place.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlflow]:
    """A server, which takes ten seconds to start."""
    made = Mlflow(tmp_path_factory.mktemp("mlflow"), free_port())
    yield made
    made.stop()


@pytest.fixture
def up(mlflow: Mlflow, wait_for: WaitFor[bool]) -> Mlflow:
    """The server, answering."""
    if not mlflow.answers():
        mlflow.start()
        wait_for(mlflow.answers)
    return mlflow


@pytest.fixture
def tracked(ready: Project) -> Iterator[Project]:
    """A project without a commit; whatever still brings its runs to MLflow is ended with the test."""
    yield ready
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((ready.path / ".git/wf/tracking/pid").read_text()), signal.SIGKILL)


def settings(uri: str, experiment: str) -> str:
    return f'[mlflow]\nuri = "{uri}"\nexperiment = "{experiment}"\n'


def is_sent(project: Project) -> bool:
    """Return whether nothing waits any more."""
    folder = project.path / ".git" / "wf" / "tracking"
    return not any(path.is_dir() for path in folder.iterdir())


@pytest.mark.slow
def test_a_sweep_is_a_run_with_a_child_for_each_trial(
    tracked: Project, up: Mlflow, wait_for: WaitFor[bool]
) -> None:
    commit = tracked.commit({**PROJECT, "wf.toml": settings(up.uri, "sweep")})
    tracked.done("run", "search.wf")
    wait_for(lambda: is_sent(tracked))
    (record,) = tracked.log()
    parent, *children = sorted(up.runs("sweep"), key=lambda run: run.tags["wf.step"])
    assert (parent.name, parent.status) == (f"search {record.run}", "FINISHED")
    assert parent.tags["wf.key"] == record.key
    assert parent.tags["mlflow.source.git.commit"] == commit
    sigmas = ["0.10", "0.12", "0.15", "0.20", "0.25", "0.30"]
    assert [child.name for child in children] == [f"sigma={sigma}" for sigma in sigmas]
    for child, sigma in zip(children, sigmas, strict=True):
        assert child.status == "FINISHED"
        assert child.tags["mlflow.parentRunId"] == parent.id
        assert child.params == {"sigma": sigma, "epochs": "5", "rate": "0.9"}
        assert child.metrics == {"accuracy": (1 - float(sigma), 0), "loss": (0.2, 4)}
        out = child.tags[f"wf.out.models/{sigma}.bin"]
        assert out.startswith("md5:")
        assert out.endswith(f"(4 bytes); git wf checkout {record.run} models/{sigma}.bin")
        steps = {step: 1 / (step + 1) for step in range(5)}
        assert dict(up.history(child, "loss")) == pytest.approx(steps)


SCRIPT = """\
define:/wait
  ↳ run → until grep -q '"key":""' "$$OUTBOX"/*/ids.jsonl; do sleep 0.05; done

define:/script
  ↳ run → python3 script.py

/wait
/script
/mlflow:log metrics:$result step:7
/fail
"""


@pytest.mark.slow
def test_a_script_logs_into_the_same_run(
    tracked: Project, up: Mlflow, wait_for: WaitFor[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTBOX", str(tracked.path / ".git" / "wf" / "tracking"))
    script = 'import os, mlflow\nmlflow.log_metric("own", 0.5, step=3)\nopen(os.environ["WF_RESULT"], "w").write(\'{"ours": 2}\')\n'
    files = {"script.wf": SCRIPT, "script.py": script, "wf.toml": settings(up.uri, "script")}
    tracked.commit(files)
    tracked.done("run", "script.wf", status=1)
    wait_for(lambda: is_sent(tracked))
    (run,) = up.runs("script")
    assert run.status == "FAILED"
    assert run.tags["wf.error"] == "`/fail` was called"
    assert run.metrics == {"own": (0.5, 3), "ours": (2.0, 7)}


@pytest.mark.slow
def test_what_a_server_missed_comes_when_it_is_back(
    tracked: Project, mlflow: Mlflow, wait_for: WaitFor[bool]
) -> None:
    mlflow.stop()
    tracked.commit({**PROJECT, "wf.toml": settings(mlflow.uri, "later")})
    tracked.done("run", "search.wf")
    note = json.loads(tracked.done("status", "--json"))["notes"][0]
    assert note.startswith("1 run is not in MLflow yet")
    mlflow.start()
    wait_for(mlflow.answers)
    tracked.done("run", "search.wf")
    wait_for(lambda: is_sent(tracked))
    runs = mlflow.runs("later")
    assert len(runs) == 14
    assert {run.status for run in runs} == {"FINISHED"}
    assert json.loads(tracked.done("status", "--json"))["notes"] == []


@pytest.mark.slow
def test_a_file_of_sqlite_where_nothing_else_is_said(
    tracked: Project, wait_for: WaitFor[bool]
) -> None:
    tracked.commit({**PROJECT, "wf.toml": "[mlflow]\n"})
    tracked.done("run", "search.wf")
    wait_for(lambda: is_sent(tracked))
    asked = (
        "from mlflow.tracking import MlflowClient\n"
        "client = MlflowClient('sqlite:///mlflow.db')\n"
        "experiment = client.get_experiment_by_name('git-wf')\n"
        "for run in client.search_runs([experiment.experiment_id]):\n"
        "    print(run.info.status, run.data.params.get('sigma'), run.data.metrics.get('accuracy'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tracked.path,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(done.stdout.splitlines()) == [
        *(
            f"FINISHED {sigma} {1 - float(sigma)}"
            for sigma in ("0.10", "0.12", "0.15", "0.20", "0.25", "0.30")
        ),
        "FINISHED None 0.9",
    ]
    assert tracked.git("status", "--porcelain") == ""


def outcome(project: Project) -> tuple[object, ...]:
    record = project.log()[0]
    steps = [(step["step"], step["status"], step["cached"]) for step in record.steps]
    return record.status, record.executed, record.metrics, sorted(steps, key=str)


PLAIN = PROJECT | {
    "search.wf": SWEEP.replace('/mlflow:log metrics:${best($trials, "accuracy")} || ', "")
}


class TestSickServers:
    """Whatever a server does, a run is what it is without one."""

    @pytest.fixture
    def wanted(self, tracked: Project) -> tuple[object, ...]:
        tracked.commit(PLAIN)
        tracked.done("run", "search.wf")
        return outcome(tracked)

    def same(self, project: Project, wanted: tuple[object, ...], uri: str) -> None:
        project.commit({"wf.toml": settings(uri, "sick"), "train.py": TRAIN + "# again\n"})
        done = project.wf("run", "search.wf")
        assert (done.status, "Traceback" in done.err) == (0, False)
        assert outcome(project) == wanted
        assert not is_sent(project)

    def test_a_dead_one(self, tracked: Project, wanted: tuple[object, ...]) -> None:
        self.same(tracked, wanted, f"http://127.0.0.1:{free_port()}")

    @pytest.mark.slow
    def test_one_that_never_answers(self, tracked: Project, wanted: tuple[object, ...]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.same(tracked, wanted, f"http://127.0.0.1:{silent.getsockname()[1]}")

    @pytest.mark.slow
    def test_one_that_answers_500(self, tracked: Project, wanted: tuple[object, ...]) -> None:
        answer = (
            b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        words = [sys.executable, "-c", ANSWER, repr(answer)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as sick:
            assert sick.stdout is not None
            port = sick.stdout.readline().strip()
            self.same(tracked, wanted, f"http://127.0.0.1:{port}")
            sick.kill()


ANSWER = """
import ast, socket, sys
answer = ast.literal_eval(sys.argv[1])
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    while True:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
"""


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("/mlflow:log", "runs are not tracked: add a table `[mlflow]` to `wf.toml`"),
        ("$m = 'x'\n/mlflow:log metrics:$m", "`metrics` of `/mlflow:log` is an object, not `x`"),
    ],
)
def test_what_cannot_be_logged_is_said(ready: Project, command: str, message: str) -> None:
    ready.commit({"a.wf": f"{command}\n"})
    ready.done("run", "a.wf", status=1)
    error = ready.log()[0].error
    assert error is not None
    assert error["message"] == message
