"""What a client sees of a pod as time goes by."""

from __future__ import annotations

import pytest
from tests.emulator.document import Json
from tests.emulator.problem import HOST_FULL
from tests.emulator.process import Emulator
from tests.unit.emulator.conftest import GPU, create, events, get, log, running


def _act(emulator: Emulator, pod: Json, action: str) -> int:
    return emulator.api.post(f"/pods/{pod['id']}/action", json={"action": action}).status_code


def test_a_pod_as_it_is_made(emulator: Emulator) -> None:
    pod = create(emulator)
    assert pod == {
        "id": pod["id"],
        "name": "wf-train",
        "status": "PROVISIONING",
        "actions": ["stop", "terminate"],
        "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
        "args": "",
        "disk": 20,
        "mounts": {},
        "ports": ["22/tcp"],
        "env": {},
        "registry": None,
        "cloud": "SECURE",
        "dataCenterId": None,
        "cudaVersion": None,
        "gpu": {"id": GPU, "count": 1, "vcpuCount": 16, "memory": 62},
        "ssh": {"proxy": None, "direct": None},
        "template": None,
        "cost": 0.44,
        "locked": False,
        "globalNetworking": {"enabled": False},
        "runtime": None,
        "createdAt": pod["createdAt"],
        "startedAt": None,
    }


def test_a_pod_that_runs(emulator: Emulator) -> None:
    pod = running(emulator)
    ssh = pod["ssh"]
    assert isinstance(ssh, dict)
    port = ssh["direct"]["port"]
    assert ssh["direct"] == {
        "host": "127.0.0.1",
        "port": port,
        "username": "root",
        "command": f"ssh root@127.0.0.1 -p {port}",
    }
    assert ssh["proxy"]["host"] == "ssh.runpod.io"
    assert pod["actions"] == ["stop", "restart", "terminate"]
    assert pod["runtime"] == {
        "uptime": 30,
        "gpus": [{"util": 0, "memoryUtil": 0}],
        "cpu": {"util": 0},
        "memory": {"util": 0},
        "ports": [{"private": 22, "public": port, "type": "tcp", "ip": "127.0.0.1"}],
    }


ALLOWED = {
    "PROVISIONING": ["stop", "terminate"],
    "RUNNING": ["stop", "restart", "terminate"],
    "EXITED": ["start", "terminate"],
    "ERROR": ["start", "terminate"],
}


@pytest.mark.parametrize(("status", "actions"), ALLOWED.items())
def test_409_for_an_action_that_is_not_in_actions(
    emulator: Emulator, status: str, actions: list[str]
) -> None:
    pod = create(emulator)
    if status != "PROVISIONING":
        emulator.advance(63)
    if status in {"EXITED", "ERROR"}:
        emulator.end_pod(str(pod["id"]), status)
    seen = get(emulator, pod)
    assert (seen["status"], seen["actions"]) == (status, actions)
    for action in {"start", "stop", "restart"} - set(actions):
        assert _act(emulator, pod, action) == 409
    assert get(emulator, pod)["status"] == status


def test_terminating_twice(emulator: Emulator) -> None:
    pod = running(emulator)
    assert _act(emulator, pod, "terminate") == 204
    assert get(emulator, pod)["actions"] == []
    assert _act(emulator, pod, "terminate") == 409
    assert emulator.api.delete(f"/pods/{pod['id']}").status_code == 404
    assert [pod["status"] for pod in emulator.api.get("/pods").json()["pods"]] == ["TERMINATED"]
    emulator.advance(4)
    assert emulator.api.get("/pods").json() == {"pods": []}
    assert get(emulator, pod)["cost"] == 0.0
    emulator.advance(4)
    assert emulator.api.get(f"/pods/{pod['id']}").status_code == 404
    assert _act(emulator, pod, "terminate") == 404


def test_a_stopped_pod_is_bound_to_its_host_where_others_come_in(emulator: Emulator) -> None:
    fields = {"gpu": {"id": "NVIDIA H100 PCIe", "count": 4}, "cloud": "COMMUNITY"}
    pod = running(emulator, **fields)
    assert _act(emulator, pod, "stop") == 200
    seen = get(emulator, pod)
    assert (seen["status"], seen["cost"], seen["runtime"]) == ("EXITED", 0.0, None)
    create(emulator, **fields)
    answer = emulator.api.post(f"/pods/{pod['id']}/action", json={"action": "start"})
    assert (answer.status_code, answer.json()["detail"]) == (400, HOST_FULL)


def test_a_start_may_give_no_gpu_back(emulator: Emulator) -> None:
    emulator.fail("pod", zeroGpus=True)
    pod = running(emulator)
    _act(emulator, pod, "stop")
    assert _act(emulator, pod, "start") == 200
    emulator.advance(60)
    seen = get(emulator, pod)
    assert seen["gpu"] == pod["gpu"]
    runtime = seen["runtime"]
    assert isinstance(runtime, dict)
    assert (runtime["gpus"], seen["cost"]) == ([], 0.0)


def test_a_locked_pod_is_not_stopped_but_terminated(emulator: Emulator) -> None:
    pod = running(emulator)
    assert emulator.api.patch(f"/pods/{pod['id']}", json={"locked": True}).json()["locked"] is True
    assert _act(emulator, pod, "stop") == 409
    assert _act(emulator, pod, "restart") == 409
    assert _act(emulator, pod, "terminate") == 204


UPDATES: dict[str, tuple[Json, int, str]] = {
    "a name": ({"name": "other"}, 200, "RUNNING"),
    "an image": ({"image": "runpod/base"}, 200, "STARTING"),
    "other environment": ({"env": {"A": "1"}}, 200, "STARTING"),
    "the same environment": ({"env": {}}, 200, "RUNNING"),
    "no mounts": ({"mounts": {}}, 200, "RUNNING"),
    "fewer GB": ({"mounts": {"persistent": {"size": 10, "path": "/w"}}}, 400, "RUNNING"),
    "another kind of mount": (
        {"mounts": {"network": [{"volumeId": "v", "path": "/v"}]}},
        400,
        "RUNNING",
    ),
    "mounts taken away": ({"mounts": {"network": []}}, 400, "RUNNING"),
    "another GPU": ({"gpu": {"id": "NVIDIA A40", "count": 1}}, 422, "RUNNING"),
}


@pytest.mark.parametrize(("body", "status", "after"), UPDATES.values(), ids=UPDATES)
def test_an_update_of_a_running_pod(
    emulator: Emulator, body: Json, status: int, after: str
) -> None:
    pod = running(emulator, mounts={"persistent": {"size": 20, "path": "/w"}})
    assert emulator.api.patch(f"/pods/{pod['id']}", json=body).status_code == status
    assert get(emulator, pod)["status"] == after


def test_logs_begin_where_asked(emulator: Emulator) -> None:
    pod = create(emulator)
    emulator.advance(33)
    whole = log(emulator, pod, source="system")
    assert whole == ["create pod", "placed: STARTING", "running: RUNNING"]
    assert log(emulator, pod, source="system", tail="1") == whole[-1:]
    assert log(emulator, pod, source="system", tail="0") == []
    assert log(emulator, pod, source="system", since="2100-01-01T00:00:00Z") == []


def test_a_published_cursor_repeats_a_second_and_a_live_one_does_not(emulator: Emulator) -> None:
    pod = create(emulator)
    emulator.advance(8)
    query = {"source": "system"}
    (cursor, data), _ = events(emulator, pod, query)
    assert (cursor, data["ts"]) == (pod["createdAt"], pod["createdAt"])
    again = events(emulator, pod, query, {"Last-Event-ID": cursor})
    assert [data["line"] for _, data in again] == ["create pod", "placed: STARTING"]
    emulator.change(dialect="live")
    (cursor, _), _ = events(emulator, pod, query)
    assert cursor == f"{pod['createdAt']}/000000000001"
    again = events(emulator, pod, query, {"Last-Event-ID": cursor})
    assert [data["line"] for _, data in again] == ["placed: STARTING"]


def test_a_cursor_that_is_none(emulator: Emulator) -> None:
    pod = create(emulator)
    answer = emulator.api.get(f"/pods/{pod['id']}/logs", headers={"Last-Event-ID": "soon"})
    assert answer.status_code == 422
