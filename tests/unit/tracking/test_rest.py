from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from gitwf.tracking.rest import RestStore
from gitwf.tracking.store import Metric, RefusedError, UnavailableError

if TYPE_CHECKING:
    from tests.unit.tracking.conftest import Server

GONE = (404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such thing"})


def test_an_experiment_is_found_or_made(server: Server, store: RestStore) -> None:
    server.answers = {
        "experiments/get-by-name": [(200, {"experiment": {"experiment_id": "3"}}), GONE],
        "experiments/create": [(200, {"experiment_id": "4"})],
    }
    assert (store.experiment("a b"), store.experiment("new")) == ("3", "4")
    assert server.asked == [
        ("experiments/get-by-name", "experiment_name=a+b"),
        ("experiments/get-by-name", "experiment_name=new"),
        ("experiments/create", {"name": "new"}),
    ]


def test_a_run_is_begun_added_to_and_ended(server: Server, store: RestStore) -> None:
    server.answers = {"runs/create": [(200, {"run": {"info": {"run_id": "r"}}})]}
    server.default = (200, {})
    assert store.create("3", "name", 5, {"wf.run": "R"}) == "r"
    store.log("r", [Metric("loss", 0.5, 7, 2)], {"p": "1"}, {"t": "2"})
    store.end("r", "FINISHED", 9)
    assert server.asked == [
        (
            "runs/create",
            {
                "experiment_id": "3",
                "run_name": "name",
                "start_time": 5,
                "tags": [{"key": "wf.run", "value": "R"}],
            },
        ),
        (
            "runs/log-batch",
            {
                "run_id": "r",
                "metrics": [{"key": "loss", "value": 0.5, "timestamp": 7, "step": 2}],
                "params": [{"key": "p", "value": "1"}],
                "tags": [{"key": "t", "value": "2"}],
            },
        ),
        ("runs/update", {"run_id": "r", "status": "FINISHED", "end_time": 9}),
    ]


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (
            (400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "changed a param"}),
            RefusedError,
            "HTTP 400: changed a param",
        ),
        (GONE, RefusedError, "HTTP 404: no such thing"),
        ((500, {"error_code": "INTERNAL_ERROR"}), UnavailableError, "HTTP 500: INTERNAL_ERROR"),
        ((503, b"<html>busy</html>"), UnavailableError, "HTTP 503: Service Unavailable"),
        ((404, b"nginx"), UnavailableError, "HTTP 404: Not Found"),
        ((401, b""), UnavailableError, "HTTP 401: Unauthorized"),
        ((429, b"[]"), UnavailableError, "HTTP 429: Too Many Requests"),
    ],
)
def test_what_is_tried_again_and_what_is_not(
    server: Server,
    store: RestStore,
    answer: tuple[int, object],
    kind: type[Exception],
    message: str,
) -> None:
    server.default = answer
    with pytest.raises(kind) as error:
        store.end("r", "FINISHED", 9)
    assert str(error.value) == message


def test_somebody_else_answers(server: Server, store: RestStore) -> None:
    server.default = (200, {"hello": "world"})
    with pytest.raises(UnavailableError) as error:
        store.create("3", "name", 5, {})
    assert str(error.value) == "the answer has no `run.info.run_id`: is this an MLflow server?"


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as place:
        uri = f"http://127.0.0.1:{place.getsockname()[1]}"
    with pytest.raises(UnavailableError, match="Connection refused"):
        RestStore(uri, {}).end("r", "FINISHED", 9)


def test_a_connection_that_was_cut_is_made_anew(server: Server, store: RestStore) -> None:
    server.default = (200, {})
    store.end("r", "FINISHED", 9)
    assert store._connection is not None
    assert store._connection.sock is not None
    store._connection.sock.shutdown(socket.SHUT_RDWR)
    with pytest.raises(UnavailableError):
        store.end("r", "FINISHED", 9)
    store.end("r", "FINISHED", 9)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("environment", "header"),
    [
        ({}, None),
        ({"MLFLOW_TRACKING_TOKEN": "t"}, "Bearer t"),
        (
            {"MLFLOW_TRACKING_USERNAME": "u", "MLFLOW_TRACKING_PASSWORD": "p"},
            "Basic dTpw",
        ),
    ],
)
def test_credentials_come_from_mlflows_variables(
    environment: dict[str, str], header: str | None
) -> None:
    assert RestStore("http://127.0.0.1:1", environment)._headers.get("Authorization") == header


def test_credentials_may_stand_in_the_address() -> None:
    assert RestStore("http://u:p@127.0.0.1:1", {})._headers["Authorization"] == "Basic dTpw"
