"""What goes wrong when a test says so, or a seed draws it."""

from __future__ import annotations

import socket
import time
from fractions import Fraction
from typing import cast

import httpx
import pytest
from tests.emulator.document import Json
from tests.emulator.faults import Chaos
from tests.emulator.fixture import MakeEmulator
from tests.emulator.problem import NO_INSTANCES
from tests.emulator.process import Emulator
from tests.unit.emulator.conftest import (
    GPU,
    Login,
    create,
    get,
    log,
    port,
    request_for,
    running,
    until,
)
from tests.wrongclock import needs_faketime

CREATE: Json = {"operation": "createPod"}


def _make(emulator: Emulator, **fields: object) -> httpx.Response:
    return emulator.api.post("/pods", json=request_for(**fields))


@pytest.mark.parametrize("status", [401, 402, 403, 409, 413, 422, 500, 502, 503, 504])
def test_any_answer_in_place_of_the_right_one(emulator: Emulator, status: int) -> None:
    emulator.fail("answer", where=CREATE, status=status)
    assert _make(emulator).status_code == status
    assert emulator.pods() == []
    assert _make(emulator).status_code == 201


def test_429_says_when_to_come_again(emulator: Emulator) -> None:
    emulator.fail("answer", where={"operation": "listPods"}, status=429, retryAfter=7)
    answer = emulator.api.get("/pods")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_real_rate_limit(make_emulator: MakeEmulator) -> None:
    emulator = make_emulator("--speed", "0")
    answers = [emulator.api.get("/pods") for _ in range(130)]  # within two minutes, for certain
    limited = [answer for answer in answers if answer.status_code == 429]
    assert 10 <= len(limited) <= 70
    assert limited[0].json()["detail"] == "rate limit exceeded for the minute window"
    assert 1 <= int(limited[0].headers["Retry-After"]) <= 60
    assert limited[0].headers["RateLimit"].startswith('"minute";r=0;t=')


def test_a_lost_answer_leaves_a_pod(emulator: Emulator) -> None:
    emulator.fail("lost", where=CREATE)
    with pytest.raises(httpx.TransportError):
        _make(emulator)
    assert [pod["name"] for pod in emulator.api.get("/pods").json()["pods"]] == ["wf-train"]
    assert [(seen["status"], seen["fault"]) for seen in emulator.requests()] == [
        (0, "lost"),
        (200, None),
    ]


def test_a_dropped_request_leaves_none(emulator: Emulator) -> None:
    emulator.fail("dropped", where=CREATE)
    with pytest.raises(httpx.TransportError):
        _make(emulator)
    assert emulator.api.get("/pods").json() == {"pods": []}


def test_a_slow_answer_leaves_a_pod_too(emulator: Emulator) -> None:
    emulator.fail("slow", where=CREATE, seconds=20)
    with pytest.raises(httpx.ReadTimeout):
        emulator.api.post("/pods", json=request_for(), timeout=0.3)
    assert len(emulator.api.get("/pods").json()["pods"]) == 1


def test_a_lost_answer_to_a_delete(emulator: Emulator) -> None:
    pod = create(emulator)
    emulator.fail("lost", where={"operation": "deletePod", "pod": pod["id"]})
    with pytest.raises(httpx.TransportError):
        emulator.api.delete(f"/pods/{pod['id']}")
    assert get(emulator, pod)["status"] == "TERMINATED"


CAPACITY: dict[str, tuple[Json, Json, int]] = {
    "of this GPU": ({"gpu": GPU}, {}, 400),
    "of another GPU": ({"gpu": "NVIDIA A40"}, {}, 201),
    "in this cloud": ({"cloud": "SECURE"}, {}, 400),
    "in the other cloud": ({"cloud": "COMMUNITY"}, {}, 201),
    "in one data centre: another is taken": ({"dataCenter": "US-KS-2"}, {}, 201),
    "in the one that is asked for": (
        {"dataCenter": "US-KS-2"},
        {"dataCenterIds": ["US-KS-2"]},
        400,
    ),
    "for this name": ({"name": "wf-*"}, {}, 400),
}


@pytest.mark.parametrize(("where", "fields", "status"), CAPACITY.values(), ids=CAPACITY)
def test_no_capacity(emulator: Emulator, where: Json, fields: Json, status: int) -> None:
    emulator.fail("no_capacity", where=where)
    answer = _make(emulator, **fields)
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["detail"] == NO_INSTANCES
        assert _make(emulator, **fields).status_code == 201  # once was enough


def test_a_fault_for_the_third_and_fourth(emulator: Emulator) -> None:
    emulator.fail("answer", where=CREATE | {"skip": 2, "times": 2}, status=500)
    assert [_make(emulator).status_code for _ in range(5)] == [201, 201, 500, 500, 201]


def test_stock_is_used_up_and_given_back(emulator: Emulator) -> None:
    fields: Json = {"gpu": {"id": "NVIDIA H100 PCIe", "count": 2}, "cloud": "COMMUNITY"}
    pods = [create(emulator, **fields) for _ in range(2)]
    assert _make(emulator, **fields).status_code == 400
    emulator.api.delete(f"/pods/{pods[0]['id']}")
    assert _make(emulator, **fields).status_code == 201


def test_an_image_without_sshd_runs_and_never_answers(emulator: Emulator, login: Login) -> None:
    pod = running(emulator, login, image="python:3.12")
    emulator.advance(86_400)
    seen = get(emulator, pod)
    assert seen["status"] == "RUNNING"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port(seen)), timeout=5)


def test_a_port_that_accepts_and_says_nothing(emulator: Emulator, login: Login) -> None:
    emulator.fail("pod", mute=True)
    pod = running(emulator, login)
    address = ("127.0.0.1", port(pod))
    with socket.create_connection(address, timeout=0.5) as link, pytest.raises(TimeoutError):
        link.recv(100)


def test_a_stale_address_refuses_and_the_right_one_lets_in(
    emulator: Emulator, login: Login
) -> None:
    pod = running(emulator, login)
    login.output(port(pod), "true")
    for action in ("stop", "start"):
        emulator.api.post(f"/pods/{pod['id']}/action", json={"action": action})
    emulator.advance(35)
    stale = get(emulator, pod)
    assert port(stale) == port(pod)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port(stale)), timeout=5)
    emulator.advance(90)
    right = get(emulator, pod)
    assert port(right) != port(pod)
    assert login.output(port(right), "echo in") == "in\n"


def test_a_start_command_that_fails_is_started_again_and_billed(emulator: Emulator) -> None:
    emulator.fail("pod", crashLoop=True)
    pod = create(emulator)
    emulator.advance(33)
    complaint = "python: cannot open /workspace/main.py"
    lines = until(lambda: said if len(said := log(emulator, pod, source="container")) > 1 else None)
    assert set(lines) == {complaint}
    emulator.advance(3600)
    assert get(emulator, pod)["status"] == "RUNNING"
    assert emulator.ledger()["cents"] == 45


def test_a_full_disk(emulator: Emulator, login: Login) -> None:
    emulator.fail("pod", diskMegabytes=8)
    pod = running(emulator, login)
    complaint = login.output(port(pod), "head -c 20000000 /dev/zero 2>&1 >/workspace/x || true")
    assert "No space left on device" in complaint


def test_a_home_that_cannot_be_written(emulator: Emulator, login: Login) -> None:
    emulator.fail("pod", readOnlyHome=True)
    pod = running(emulator, login)
    complaint = login.output(port(pod), "touch ~/file 2>&1 || touch /workspace/file")
    assert complaint == "touch: cannot touch '/root/file': Read-only file system\n"


@needs_faketime
def test_a_wrong_clock(emulator: Emulator, login: Login) -> None:
    emulator.fail("pod", clockOff=-7200)
    pod = running(emulator, login)
    seen = int(login.output(port(pod), "date +%s"))
    assert 7000 < time.time() - seen < 7400


def test_out_of_balance_ends_pods_but_for_network_volumes(emulator: Emulator) -> None:
    place = {"name": "data", "size": 10, "dataCenter": "EU-RO-1"}
    volume = emulator.api.post("/network-volumes", json=place).json()
    kept = running(emulator, mounts={"network": [{"volumeId": volume["id"], "path": "/data"}]})
    lost = running(emulator)
    emulator.change(balance=1.0)
    refused = _make(emulator)
    assert (refused.status_code, refused.json()["detail"]) == (402, "insufficient balance")
    emulator.advance(3600)
    assert [get(emulator, pod)["status"] for pod in (kept, lost)] == ["RUNNING", "RUNNING"]
    emulator.advance(3600)
    assert get(emulator, kept)["status"] == "EXITED"
    assert emulator.api.get(f"/pods/{lost['id']}").status_code == 404


def test_money_to_the_cent(emulator: Emulator) -> None:
    pod = create(emulator, disk=36)
    emulator.advance(7200)
    emulator.api.delete(f"/pods/{pod['id']}")
    emulator.advance(7200)
    ledger = emulator.ledger()
    assert ledger["cents"] == 89
    (entry,) = cast("list[dict[str, str]]", ledger["pods"])
    assert Fraction(entry["compute"]) == Fraction("0.88")
    assert Fraction(entry["disk"]) == Fraction("0.01")
    billed = emulator.api.get("/billing/pods", params={"lastN": 2, "podId": str(pod["id"])}).json()
    assert billed["metadata"]["totals"] == {
        "totalAmount": 0.89,
        "gpuAmount": 0.88,
        "cpuAmount": 0.0,
        "diskAmount": 0.01,
    }
    assert billed["metadata"]["uniquePodCount"] == 1
    whole = emulator.api.get("/billing", params={"lastN": 2}).json()["metadata"]["totals"]
    assert whole["totalAmount"] == 0.89


def test_a_seed_draws_the_same_faults_again() -> None:
    chaos = Chaos(seed=7, lost=0.2, server_error=0.2, no_capacity=0.2, exited=0.3, stale=0.5)
    again = Chaos(seed=7, lost=0.2, server_error=0.2, no_capacity=0.2, exited=0.3, stale=0.5)
    drawn = [chaos.request(number, "createPod") for number in range(200)]
    assert drawn == [again.request(number, "createPod") for number in range(200)]
    assert {type(fault).__name__ for fault in drawn} == {"Lost", "Answer", "NoCapacity", "NoneType"}
    fates = [chaos.fate(number) for number in range(200)]
    assert fates == [again.fate(number) for number in range(200)]
    assert {fate.ending for fate in fates} == {None, "EXITED"}
    assert {fate.stale for fate in fates} == {0, 90}


def test_chaos_over_http(emulator: Emulator) -> None:
    emulator.draw_faults(3, lost=0.3, serverError=0.3)
    statuses = []
    for _ in range(40):
        try:
            statuses.append(emulator.api.get("/pods").status_code)
        except httpx.TransportError:
            statuses.append(0)
    assert 0 in statuses
    assert 200 in statuses
    assert any(status >= 500 for status in statuses)
    assert [seen["status"] for seen in emulator.requests()] == statuses
    emulator.forget_faults()
    assert [emulator.api.get("/pods").status_code for _ in range(20)] == [200] * 20


POD_KEYS = {"terminate": (204, 200), "stop": (403, 200), "none": (403, 403)}


@pytest.mark.parametrize(("may", "statuses"), POD_KEYS.items())
def test_what_a_pod_may_do_to_itself_can_be_set(
    emulator: Emulator, may: str, statuses: tuple[int, int]
) -> None:
    emulator.change(podKey=may)
    for answer, status in zip(("delete", "stop"), statuses, strict=True):
        pod = running(emulator)
        own = {"Authorization": f"Bearer rpa_POD{str(pod['id']).upper()}"}
        address = f"{emulator.url}/v2/pods/{pod['id']}"
        if answer == "delete":
            given = httpx.delete(address, headers=own)
        else:
            given = httpx.post(f"{address}/action", headers=own, json={"action": "stop"})
        assert given.status_code == status
        other = create(emulator)
        elsewhere = httpx.delete(f"{emulator.url}/v2/pods/{other['id']}", headers=own)
        assert elsewhere.status_code in {401, 403}


def test_a_mistake_in_a_fault_is_told(emulator: Emulator) -> None:
    answer = emulator.control.post("/faults", json={"fault": {"fault": "pod", "sshd": False}})
    assert answer.status_code == 422
    assert answer.text == "Object contains unknown field `sshd` - at `$.fault`"


def test_time_goes_by_itself_for_people(make_emulator: MakeEmulator) -> None:
    emulator = make_emulator("--speed", "100")
    pod = create(emulator)
    assert until(lambda: get(emulator, pod) if port_is_known(get(emulator, pod)) else None)


def port_is_known(pod: Json) -> bool:
    ssh = pod["ssh"]
    return isinstance(ssh, dict) and ssh["direct"] is not None
