"""What waits comes to a store once, in order, whatever goes wrong on the way."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.tracking.deliver import deliver
from gitwf.tracking.note import Create, End, Log, Series
from gitwf.tracking.outbox import Outbox, Target
from gitwf.tracking.rest import RestStore
from gitwf.tracking.store import UnavailableError

if TYPE_CHECKING:
    from tests.unit.tracking.conftest import Server

TAGS = {"wf.run": "R", "wf.step": ""}
OK = (200, dict[str, object]())


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    made = Outbox(tmp_path / "R")
    made.open(Target("", "e"))
    return made


def experiment(server: Server) -> None:
    server.answers["experiments/get-by-name"] = [(200, {"experiment": {"experiment_id": "3"}})] * 9


def created(*ids: str) -> list[tuple[int, object]]:
    return [(200, {"run": {"info": {"run_id": each}}}) for each in ids]


def paths(server: Server) -> list[str]:
    return [path for path, _ in server.asked]


def send(outbox: Outbox, server: Server, *, again: bool = False) -> tuple[bool, list[str]]:
    refused: list[str] = []
    with closing(RestStore(server.uri, {})) as store:
        return deliver(outbox, "e", store, refused.append, again=again), refused


def test_a_run_and_its_trial(outbox: Outbox, server: Server) -> None:
    experiment(server)
    server.answers["runs/create"] = created("parent", "child")
    server.default = OK
    series = outbox.folder / "loss.tsv"
    series.write_text("step\tloss\n0\t1\n1\t2\n")
    kept = Series("loss", outbox.keep(series))
    outbox.add(Create("", "run", 1, TAGS))
    outbox.add(Create("1[0]", "trial", 2, {**TAGS, "wf.step": "1[0]"}))
    outbox.add(Log("1[0]", "1[0]", 3, {"p": "1"}, {"loss": 9.0, "acc": 0.5}, {"t": "u"}, (kept,)))
    outbox.add(End("1[0]", "FINISHED", 4))
    assert send(outbox, server) == (False, [])
    outbox.add(End("", "FAILED", 5))
    assert send(outbox, server) == (True, [])
    child = dict(server.asked)["runs/create"]
    assert child == {
        "experiment_id": "3",
        "run_name": "trial",
        "start_time": 2,
        "tags": [
            {"key": "wf.run", "value": "R"},
            {"key": "wf.step", "value": "1[0]"},
            {"key": "mlflow.parentRunId", "value": "parent"},
        ],
    }
    logs = [body for path, body in server.asked if path == "runs/log-batch"]
    assert logs[0] == {
        "run_id": "child",
        "metrics": [
            {"key": "acc", "value": 0.5, "timestamp": 3, "step": 0},
            {"key": "loss", "value": 1.0, "timestamp": 3, "step": 0},
            {"key": "loss", "value": 2.0, "timestamp": 3, "step": 1},
        ],
        "params": [],
        "tags": [],
    }
    assert server.asked[-1] == (
        "runs/update",
        {"run_id": "parent", "status": "FAILED", "end_time": 5},
    )


def test_what_was_sent_is_not_sent_again(outbox: Outbox, server: Server) -> None:
    experiment(server)
    server.answers["runs/create"] = created("r")
    outbox.add(Create("", "run", 1, TAGS))
    outbox.add(Log("", "1", 2, {"p": "1"}))
    outbox.add(End("", "FINISHED", 3))
    for _ in range(2):
        with pytest.raises(UnavailableError, match="HTTP 500"):
            send(outbox, server)
    server.default = OK
    assert send(outbox, server) == (True, [])
    assert paths(server).count("runs/create") == 1
    assert paths(server)[-2:] == ["runs/log-batch", "runs/update"]


def test_a_run_whose_beginning_was_not_heard_of_is_looked_for(
    outbox: Outbox, server: Server
) -> None:
    experiment(server)
    outbox.add(Create("", "run", 1, TAGS))
    with pytest.raises(UnavailableError):
        send(outbox, server)
    server.answers["runs/search"] = [(200, {"runs": [{"info": {"run_id": "there"}}]})]
    assert send(outbox, server, again=True) == (False, [])
    assert outbox.ids() == {"": "there"}
    assert dict(server.asked)["runs/search"] == {
        "experiment_ids": ["3"],
        "filter": "tags.`wf.run` = 'R' and tags.`wf.step` = ''",
        "max_results": 1,
    }


def test_an_experiment_that_another_makes_at_the_same_moment(
    outbox: Outbox, server: Server
) -> None:
    server.answers["experiments/get-by-name"] = [
        (404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "none"}),
        (200, {"experiment": {"experiment_id": "3"}}),
    ]
    server.answers["experiments/create"] = [
        (400, {"error_code": "BAD_REQUEST", "message": "it already exists"})
    ]
    server.answers["runs/create"] = created("r")
    outbox.add(Create("", "run", 1, TAGS))
    assert send(outbox, server) == (False, [])
    assert outbox.ids() == {"": "r"}


def test_what_is_refused_keeps_nothing_else_back(outbox: Outbox, server: Server) -> None:
    experiment(server)
    server.answers["runs/create"] = created("r")
    server.answers["runs/log-batch"] = [
        (400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "changed a param"})
    ]
    server.default = OK
    outbox.add(Create("", "run", 1, TAGS))
    outbox.add(Log("", "1", 2, {"p": "1"}))
    outbox.add(Log("9", "9", 2, {"p": "1"}))
    outbox.add(End("", "FINISHED", 3))
    assert send(outbox, server) == (
        True,
        ["HTTP 400: changed a param", "the run of `9` was never begun"],
    )


def test_much_goes_in_parts(outbox: Outbox, server: Server) -> None:
    server.default = OK
    outbox.give("", "r")
    many = {f"k{number}": "v" for number in range(250)}
    outbox.add(Log("", "1", 2, many, {f"m{number}": 1.0 for number in range(1000)}, many))
    send(outbox, server)
    sizes = [
        tuple(len(body[key]) for key in ("metrics", "params", "tags"))
        for _, body in server.asked
        if isinstance(body, dict)
    ]
    assert sizes == [
        *((800, 0, 0), (200, 0, 0)),
        *((0, 100, 0), (0, 100, 0), (0, 50, 0)),
        *((0, 0, 100), (0, 0, 100), (0, 0, 50)),
    ]
