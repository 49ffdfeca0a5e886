"""What RunPod refuses, and with which words."""

from __future__ import annotations

import httpx
import pytest
from tests.emulator.account import READ_ONLY_KEY
from tests.emulator.document import Json
from tests.emulator.problem import NO_DISK, NO_INSTANCES, NO_RESOURCES
from tests.emulator.process import Emulator
from tests.unit.emulator.conftest import GPU, create, get, request_for

PERSISTENT = {"persistent": {"size": 10, "path": "/workspace"}}


def _problem(answer: httpx.Response) -> Json:
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem: Json = answer.json()
    assert problem["status"] == answer.status_code
    return problem


KEYS: dict[str, tuple[dict[str, str], str]] = {
    "none": ({}, "missing bearer token"),
    "not a bearer": ({"Authorization": "Basic YTpi"}, "missing bearer token"),
    "unknown": ({"Authorization": "Bearer rpa_X"}, "invalid bearer token"),
}


@pytest.mark.parametrize(("headers", "detail"), KEYS.values(), ids=KEYS)
def test_401(emulator: Emulator, headers: dict[str, str], detail: str) -> None:
    answer = httpx.get(f"{emulator.url}/v2/pods", headers=headers)
    assert answer.status_code == 401
    assert _problem(answer)["detail"] == detail


def test_403_for_a_key_that_may_only_read(emulator: Emulator) -> None:
    headers = {"Authorization": f"Bearer {READ_ONLY_KEY}"}
    assert httpx.get(f"{emulator.url}/v2/pods", headers=headers).status_code == 200
    answer = httpx.post(f"{emulator.url}/v2/pods", headers=headers, json=request_for())
    assert answer.status_code == 403
    assert _problem(answer)["detail"] == "access denied"


REFUSED: dict[str, tuple[Json, int, str]] = {
    "neither GPU nor CPU": ({"gpu": None}, 400, "exactly one of gpu or cpu must be set"),
    "both": (
        {"cpu": {"id": "cpu5c", "vcpuCount": 4}},
        400,
        "exactly one of gpu or cpu must be set",
    ),
    "both kinds of mount": (
        {"mounts": PERSISTENT | {"network": [{"volumeId": "v", "path": "/v"}]}},
        400,
        "mounts.persistent and mounts.network are mutually exclusive",
    ),
    "a volume on the host of a CPU pod": (
        {"gpu": None, "cpu": {"id": "cpu5c", "vcpuCount": 4}, "mounts": PERSISTENT},
        400,
        "mounts.persistent is not supported on CPU pods",
    ),
    "three virtual CPUs": (
        {"gpu": None, "cpu": {"id": "cpu5c", "vcpuCount": 3}},
        400,
        "cpu.vcpuCount must be a power of two",
    ),
    "CUDA twice": (
        {"gpu": {"id": GPU, "count": 1, "allowedCudaVersions": ["12.8"], "minCudaVersion": "12.1"}},
        400,
        "gpu.allowedCudaVersions and gpu.minCudaVersion are mutually exclusive",
    ),
    "too many variables": (
        {"env": {f"N{number}": "" for number in range(51)}},
        400,
        "env has more than 50 variables",
    ),
    "a port without a protocol": (
        {"ports": ["22"]},
        400,
        "invalid port '22': expected port/protocol",
    ),
    "args that are no shell string": (
        {"args": "sh -c 'oops"},
        400,
        "args is neither a shell string nor entrypoint and cmd as JSON",
    ),
    "a network volume that is not there": (
        {"mounts": {"network": [{"volumeId": "v", "path": "/v"}]}},
        400,
        "network volume v not found",
    ),
    "a network volume on community cloud": (
        {"cloud": "COMMUNITY", "mounts": {"network": [{"volumeId": "v", "path": "/v"}]}},
        400,
        "network volumes are available on secure cloud only",
    ),
    "a template that is not there": ({"templateId": "none"}, 404, "template not found"),
    "no count: a misleading answer": ({"gpu": {"id": GPU}}, 400, NO_INSTANCES),
    "an unknown GPU": ({"gpu": {"id": "RTX 4090", "count": 1}}, 400, NO_INSTANCES),
    "more GPUs than a machine has": ({"gpu": {"id": GPU, "count": 9}}, 400, NO_INSTANCES),
    "a GPU that community does not have": (
        {"gpu": {"id": "NVIDIA A40", "count": 1}, "cloud": "COMMUNITY"},
        400,
        NO_INSTANCES,
    ),
    "data centres are enforced": ({"dataCenterIds": ["EU-SE-1"]}, 400, NO_INSTANCES),
    "no such CUDA version": (
        {"gpu": {"id": GPU, "count": 1, "allowedCudaVersions": ["12.7"]}},
        400,
        NO_INSTANCES,
    ),
    "a CUDA version is a number of numbers": (
        {"gpu": {"id": GPU, "count": 1, "minCudaVersion": "12.11"}},
        400,
        NO_INSTANCES,
    ),
    "a disk that nobody has": ({"disk": 5000}, 400, NO_DISK),
}


@pytest.mark.parametrize(("fields", "status", "detail"), REFUSED.values(), ids=REFUSED)
def test_refused_pods(emulator: Emulator, fields: Json, status: int, detail: str) -> None:
    answer = emulator.api.post("/pods", json=request_for(**fields))
    assert (answer.status_code, _problem(answer)["detail"]) == (status, detail)
    assert emulator.api.get("/pods").json() == {"pods": []}


def test_422_names_the_fields(emulator: Emulator) -> None:
    answer = emulator.api.post("/pods", json=request_for(interruptible=True, gpuCount=1))
    assert answer.status_code == 422
    assert _problem(answer) == {
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "Request validation failed.",
        "errors": ["$: additional properties 'gpuCount', 'interruptible' not allowed"],
    }


def test_400_for_what_is_not_json(emulator: Emulator) -> None:
    answer = emulator.api.post("/pods", content=b"{")
    assert (answer.status_code, _problem(answer)["detail"]) == (
        400,
        "request body is not valid JSON",
    )


def test_413_for_a_body_of_more_than_102400_bytes(emulator: Emulator) -> None:
    content = b'{"name": "' + b"x" * 102_400
    answer = emulator.api.post("/pods", content=content)
    assert answer.status_code == 413
    assert _problem(answer)["detail"] == "request body exceeds 102400 bytes"


def test_422_for_an_unknown_action(emulator: Emulator) -> None:
    answer = emulator.api.post("/pods/none/action", json={"action": "reset"})
    assert answer.status_code == 422
    assert _problem(answer)["errors"] == [
        "$.action: 'reset' is not one of ['start', 'stop', 'restart', 'terminate']"
    ]


LOST: dict[str, tuple[str, str, int]] = {
    "a pod": ("GET", "/pods/none", 404),
    "a pod to delete": ("DELETE", "/pods/none", 404),
    "a pod's log": ("GET", "/pods/none/logs", 404),
    "a network volume": ("GET", "/network-volumes/none", 404),
    "a GPU": ("GET", "/catalog/gpus/none", 404),
    "a CPU": ("GET", "/catalog/cpus/none", 404),
    "a data centre": ("GET", "/catalog/datacenters/none", 404),
    "a path": ("GET", "/endpoints", 404),
    "a method": ("PUT", "/pods", 405),
}


@pytest.mark.parametrize(("method", "path", "status"), LOST.values(), ids=LOST)
def test_what_is_not_there(emulator: Emulator, method: str, path: str, status: int) -> None:
    answer = emulator.api.request(method, path)
    assert answer.status_code == status
    assert _problem(answer)["status"] == status


@pytest.mark.parametrize("path", ["/v1/pods", "/graphql"])
def test_what_runpod_has_retired(emulator: Emulator, path: str) -> None:
    assert httpx.get(f"{emulator.url}{path}").status_code == 410


QUERIES: dict[str, tuple[str, int, str | None]] = {
    "unknown parameters are ignored": ("/pods?name=wf&status=RUNNING", 200, None),
    "availability of what": (
        "/catalog/gpus?include=AVAILABILITY",
        400,
        "include=AVAILABILITY requires product",
    ),
    "a filter of nothing": (
        "/catalog/gpus?count=2",
        400,
        "count is valid only with include=AVAILABILITY",
    ),
    "CUDA twice": (
        "/catalog/gpus?include=AVAILABILITY&product=POD&cudaVersions=12.8&minCudaVersion=12",
        400,
        "cudaVersions and minCudaVersion are mutually exclusive",
    ),
    "a malformed filter": (
        "/catalog/gpus?include=AVAILABILITY&product=POD&count=0",
        422,
        "Request validation failed.",
    ),
    "a window named twice": (
        "/billing/pods?lastN=1&startTime=2026-11-22T00:00:00Z",
        400,
        "lastN and startTime/endTime are mutually exclusive",
    ),
    "a time that is none": (
        "/billing?startTime=yesterday",
        422,
        "Request validation failed.",
    ),
}


@pytest.mark.parametrize(("path", "status", "detail"), QUERIES.values(), ids=QUERIES)
def test_queries(emulator: Emulator, path: str, status: int, detail: str | None) -> None:
    answer = emulator.api.get(path)
    assert (answer.status_code, answer.json().get("detail")) == (status, detail)


def test_the_catalogue(emulator: Emulator) -> None:
    query = {"include": "AVAILABILITY", "product": "POD", "countryCodes": "SE,RO"}
    found = emulator.api.get("/catalog/gpus", params=query).json()["gpus"]
    assert [gpu["name"] for gpu in found] == ["RTX 4090", "RTX 5090", "RTX A4000", "A40", "MI300X"]
    assert found[0] == {
        "id": GPU,
        "name": "RTX 4090",
        "pool": "ADA_24",
        "manufacturer": "NVIDIA",
        "memory": 24,
        "secure": True,
        "community": True,
        "price": {"secure": 0.44, "community": 0.31},
        "maxCount": {"secure": 8, "community": 4},
        "availability": "HIGH",
        "dataCenters": [{"id": "EU-RO-1", "name": "EU Romania 1", "availability": "HIGH"}],
        "cudaVersions": [
            {"version": "12.8", "available": True},
            {"version": "12.6", "available": True},
        ],
    }
    assert "cudaVersions" not in found[-1]  # AMD has none


def test_data_centres(emulator: Emulator) -> None:
    query = {"regions": "EUROPE", "networkVolumeTypes": "STANDARD", "include": "GPU_AVAILABILITY"}
    found = emulator.api.get("/catalog/datacenters", params=query).json()["dataCenters"]
    assert [place["id"] for place in found] == ["EU-RO-1", "EU-SE-1"]
    assert found[1]["gpuAvailability"][0] == {
        "id": "NVIDIA RTX A4000",
        "name": "RTX A4000",
        "availability": "MEDIUM",
    }
    assert len(emulator.api.get("/catalog/cpus").json()["cpus"]) == 3


def test_ssh_keys_are_replaced_and_only_new_pods_get_them(emulator: Emulator) -> None:
    first, second = ("ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two")
    emulator.api.put("/account/ssh-keys", json={"keys": [first]})
    emulator.api.put("/account/ssh-keys", json={"keys": [second]})
    assert emulator.api.get("/account/ssh-keys").json() == {"keys": [second]}
    wrong = emulator.api.put("/account/ssh-keys", json={"keys": ["nonsense"]})
    assert wrong.status_code == 422


def test_network_volumes(emulator: Emulator) -> None:
    api = emulator.api
    asked = {"name": "data", "size": 50, "dataCenter": "US-KS-2"}
    volume = api.post("/network-volumes", json=asked).json()
    assert volume == asked | {"id": volume["id"], "type": "STANDARD"}
    address = f"/network-volumes/{volume['id']}"
    assert api.patch(address, json={"size": 20}).status_code == 400
    assert api.patch(address, json={}).status_code == 422
    assert api.patch(address, json={"size": 80}).json()["size"] == 80
    assert api.get("/network-volumes").json() == {"networkVolumes": [volume | {"size": 80}]}
    nowhere = api.post("/network-volumes", json=asked | {"dataCenter": "EUR-IS-1"})
    assert nowhere.status_code == 400
    small = api.post("/network-volumes", json=asked | {"size": 9})
    assert small.status_code == 422
    mounts = {"network": [{"volumeId": volume["id"], "path": "/data"}]}
    elsewhere = api.post("/pods", json=request_for(mounts=mounts, dataCenterIds=["US-TX-3"]))
    assert elsewhere.json()["detail"] == NO_INSTANCES
    pod = create(emulator, mounts=mounts)
    assert api.delete(address).status_code == 400
    api.delete(f"/pods/{pod['id']}")
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_a_template_is_a_source_of_settings(emulator: Emulator) -> None:
    body = {
        "name": "wf",
        "templateId": "runpod-torch-v280",
        "gpu": {"id": GPU, "count": 1},
        "disk": 33,
        "env": {"A": "1"},
    }
    pod = emulator.api.post("/pods", json=body).json()
    assert pod["image"] == "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404"
    assert (pod["disk"], pod["ports"], pod["env"]) == (33, ["8888/http", "22/tcp"], {"A": "1"})
    assert pod["mounts"] == {"persistent": {"size": 20, "path": "/workspace"}}
    assert pod["template"] is None


def test_the_live_service_pages_its_list_and_asks_for_machines(emulator: Emulator) -> None:
    for number in range(3):
        create(emulator, name=f"wf-{number}")
    assert "pagination" not in emulator.api.get("/pods").json()
    emulator.change(dialect="live")
    first = emulator.api.get("/pods").json()
    assert [pod["name"] for pod in first["pods"]] == ["wf-0", "wf-1"]
    assert first["pagination"] == {"nextCursor": "2", "hasNextPage": True}
    second = emulator.api.get("/pods", params={"cursor": "2"}).json()
    assert [pod["name"] for pod in second["pods"]] == ["wf-2"]
    assert second["pagination"] == {"nextCursor": None, "hasNextPage": False}
    large = {"gpu": {"id": GPU, "count": 1, "minRamPerGpu": 1000}}
    refused = emulator.api.post("/pods", json=request_for(**large))
    assert refused.json()["detail"] == NO_RESOURCES


def test_a_cpu_pod(emulator: Emulator) -> None:
    pod = create(emulator, gpu=None, cpu={"id": "cpu5c", "vcpuCount": 4})
    assert pod["cpu"] == {"id": "cpu5c", "vcpuCount": 4, "memory": 10}
    assert "gpu" not in pod
    assert pod["cost"] == 0.16


def test_names_are_not_unique(emulator: Emulator) -> None:
    one, other = create(emulator), create(emulator)
    assert one["id"] != other["id"]
    assert get(emulator, one)["name"] == get(emulator, other)["name"]
