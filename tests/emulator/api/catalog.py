"""`/v2/catalog`."""

from __future__ import annotations

from typing import cast

from tests.emulator.api.call import Call, Reply
from tests.emulator.catalogue import Cloud, Cpu, DataCenter, Gpu
from tests.emulator.document import Json
from tests.emulator.placing import cuda_versions
from tests.emulator.problem import ProblemError, not_found

_WITH_AVAILABILITY = ("product", "count", "cloud", "countryCodes", "cudaVersions", "minCudaVersion")


def list_gpus(call: Call) -> Reply:
    """Answer `GET /v2/catalog/gpus`."""
    _check(call)
    gpus = call.world.catalogue.gpus
    return Reply({"gpus": [_gpu(call, gpu) for gpu in gpus if _is_in_countries(call, gpu)]})


def get_gpu(call: Call) -> Reply:
    """Answer `GET /v2/catalog/gpus/{id}`."""
    _check(call)
    gpu = call.world.catalogue.gpu(call.id)
    if gpu is None:
        raise not_found("GPU type")
    return Reply(_gpu(call, gpu))


def list_cpus(call: Call) -> Reply:
    """Answer `GET /v2/catalog/cpus`."""
    _check(call)
    return Reply({"cpus": [_cpu(call, cpu) for cpu in call.world.catalogue.cpus]})


def get_cpu(call: Call) -> Reply:
    """Answer `GET /v2/catalog/cpus/{id}`."""
    _check(call)
    cpu = call.world.catalogue.cpu(call.id)
    if cpu is None:
        raise not_found("CPU type")
    return Reply(_cpu(call, cpu))


def list_data_centers(call: Call) -> Reply:
    """Answer `GET /v2/catalog/datacenters`."""
    places = [place for place in call.world.catalogue.data_centers if _is_wanted(call, place)]
    return Reply({"dataCenters": [_data_center(call, place) for place in places]})


def get_data_center(call: Call) -> Reply:
    """Answer `GET /v2/catalog/datacenters/{id}`."""
    place = call.world.catalogue.data_center(call.id)
    if place is None:
        raise not_found("data center")
    return Reply(_data_center(call, place))


def _check(call: Call) -> None:
    """Refuse what does not go together in a query for availability."""
    asked = bool(call.query.get("include"))
    if asked and not call.query.get("product"):
        raise ProblemError(400, "include=AVAILABILITY requires product")
    if not asked and (given := [name for name in _WITH_AVAILABILITY if name in call.query]):
        raise ProblemError(400, f"{given[0]} is valid only with include=AVAILABILITY")
    if call.query.get("cudaVersions") and call.query.get("minCudaVersion"):
        raise ProblemError(400, "cudaVersions and minCudaVersion are mutually exclusive")
    count = cast("int", call.query.get("vcpuCount", 2))
    if count & (count - 1):
        raise ProblemError(400, "vcpuCount must be a power of two")


def _gpu(call: Call, gpu: Gpu) -> Json:
    body: Json = {
        "id": gpu.id,
        "name": gpu.name,
        "pool": gpu.pool,
        "manufacturer": gpu.manufacturer,
        "memory": gpu.memory,
        "secure": gpu.max_count.secure > 0,
        "community": gpu.max_count.community > 0,
        "price": {"secure": float(gpu.price.secure), "community": float(gpu.price.community)},
        "maxCount": {"secure": gpu.max_count.secure, "community": gpu.max_count.community},
    }
    return body | (_gpu_availability(call, gpu) if call.query.get("include") else {})


def _gpu_availability(call: Call, gpu: Gpu) -> Json:
    allowed = cast("list[str]", call.query.get("cudaVersions", []))
    least = cast("str | None", call.query.get("minCudaVersion"))
    fitting = cuda_versions(gpu, allowed, least)
    count = cast("int", call.query.get("count", 1))
    free = _free(call, gpu) if fitting or not (allowed or least) else {}
    there = {place: left // count for place, left in free.items() if left >= count}
    best = max(there.values(), default=0)
    cuda = [{"version": version, "available": best > 0} for version in fitting]
    return _availability(call, there, best) | ({"cudaVersions": cuda} if cuda else {})


def _cpu(call: Call, cpu: Cpu) -> Json:
    body: Json = {
        "id": cpu.id,
        "name": cpu.name,
        "group": cpu.group,
        "vcpu": {"min": cpu.vcpu.min, "max": cpu.vcpu.max},
        "ramGbPerVcpu": cpu.ram,
        "price": {
            "securePerVcpu": float(cpu.price.secure),
            "serverlessPerVcpu": float(cpu.price.serverless),
        },
    }
    if not call.query.get("include"):
        return body
    count = cast("int", call.query.get("vcpuCount", 2))
    there = {place: have // count for place, have in cpu.stock.items() if have >= count}
    return body | _availability(call, there, max(there.values(), default=0))


def _availability(call: Call, there: dict[str, int], best: int) -> Json:
    known = call.world.catalogue.data_center
    places = [
        {"id": place.id, "name": place.name, "availability": _level(left)}
        for name, left in there.items()
        if (place := known(name))
    ]
    return {"availability": _level(best)} | ({"dataCenters": places} if places else {})


def _free(call: Call, gpu: Gpu) -> dict[str, int]:
    """What is left of a GPU in each data centre that the query is about."""
    cloud = cast("Cloud", call.query.get("cloud", "SECURE"))
    countries = cast("list[str]", call.query.get("countryCodes", []))
    return {
        name: have - call.world.in_use(gpu.id, cloud, name)
        for name, have in gpu.stock[cloud].items()
        if (place := call.world.catalogue.data_center(name))
        and (not countries or place.country in countries)
    }


def _is_in_countries(call: Call, gpu: Gpu) -> bool:
    return not call.query.get("countryCodes") or bool(_free(call, gpu))


def _level(left: int) -> str:
    if left <= 0:
        return "NONE"
    return "LOW" if left < 8 else "MEDIUM" if left < 24 else "HIGH"


def _is_wanted(call: Call, place: DataCenter) -> bool:
    regions = cast("list[str]", call.query.get("regions", []))
    volumes = set(cast("list[str]", call.query.get("networkVolumeTypes", [])))
    compliance = set(cast("list[str]", call.query.get("compliance", [])))
    return (
        (not regions or place.region in regions)
        and volumes <= set(place.volumes)
        and compliance <= set(place.compliance)
        and call.query.get("globalNetwork") in {None, place.global_network}
    )


def _data_center(call: Call, place: DataCenter) -> Json:
    body: Json = {
        "id": place.id,
        "name": place.name,
        "region": place.region,
        "globalNetwork": place.global_network,
        "networkVolumeTypes": place.volumes,
        "compliance": place.compliance,
    }
    include = cast("list[str]", call.query.get("include", []))
    if "GPU_AVAILABILITY" in include and (gpus := _gpus_at(call, place)):
        body["gpuAvailability"] = gpus
    if "CPU_AVAILABILITY" in include and (cpus := _cpus_at(call, place)):
        body["cpuAvailability"] = cpus
    return body


def _gpus_at(call: Call, place: DataCenter) -> list[Json]:
    found: list[Json] = []
    for gpu in call.world.catalogue.gpus:
        if place.id in gpu.stock["SECURE"]:
            left = gpu.stock["SECURE"][place.id] - call.world.in_use(gpu.id, "SECURE", place.id)
            found.append({"id": gpu.id, "name": gpu.name, "availability": _level(left)})
    return found


def _cpus_at(call: Call, place: DataCenter) -> list[Json]:
    return [
        {"id": cpu.id, "name": cpu.name, "availability": _level(cpu.stock[place.id])}
        for cpu in call.world.catalogue.cpus
        if place.id in cpu.stock
    ]
