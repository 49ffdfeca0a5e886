"""Which machine a pod gets, if any: stock, ceilings, CUDA versions, data centres."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import msgspec
from tests.emulator.asking import Asked, CpuAsked, GpuAsked
from tests.emulator.catalogue import Catalogue, Cloud, Gpu, Stock
from tests.emulator.pods import Cpus, Gpus
from tests.emulator.problem import NO_DISK, NO_INSTANCES, NO_RESOURCES, ProblemError

LARGEST_DISK = 2000
"""GB of container disk that any machine has."""

InUse = Callable[[str, Cloud, str], int]
"""How many of a GPU or CPU are in use in a cloud's data centre."""
Blocked = Callable[[str, Cloud, str], str | None]
"""Why there is nothing of it there, when a fault says so."""


class Market(msgspec.Struct, frozen=True):
    """What can be had at the moment."""

    catalogue: Catalogue
    in_use: InUse
    blocked: Blocked


class Placement(msgspec.Struct, frozen=True):
    """A machine; `rate` is dollars an hour for what the pod has of it."""

    data_center: str
    compute: Gpus | Cpus
    cuda: str | None
    rate: Fraction


def place(asked: Asked, market: Market, only: str | None) -> Placement:
    """Find a machine; `only` is the data centre of the network volume.

    Raises:
        ProblemError: 400, there is none. What could never be had is told in the same words.

    """
    if asked.settings.disk > LARGEST_DISK:
        raise ProblemError(400, NO_DISK)
    match asked.compute:
        case CpuAsked() as cpu:
            return _cpu(asked, cpu, market, only)
        case GpuAsked() as gpu:
            return _gpu(asked, gpu, market, only)


def _gpu(asked: Asked, wanted: GpuAsked, market: Market, only: str | None) -> Placement:
    gpu = market.catalogue.gpu(wanted.id)
    if gpu is None or wanted.count is None or wanted.count > gpu.most(asked.cloud):
        raise ProblemError(400, NO_INSTANCES)
    if wanted.min_ram_per_gpu > gpu.machine.ram or wanted.min_vcpu_count_per_gpu > gpu.machine.vcpu:
        raise ProblemError(400, NO_RESOURCES)
    fitting = cuda_versions(gpu, wanted.allowed_cuda_versions, wanted.min_cuda_version)
    if (wanted.allowed_cuda_versions or wanted.min_cuda_version) and not fitting:
        raise ProblemError(400, NO_INSTANCES)
    stock = gpu.stock[asked.cloud]
    where = _where(asked, gpu.id, wanted.count, stock, market, only)
    return Placement(
        where,
        Gpus(gpu.id, wanted.count, gpu.machine.vcpu * wanted.count, gpu.machine.ram * wanted.count),
        fitting[0] if fitting else None,
        Fraction(gpu.hourly(asked.cloud)) * wanted.count,
    )


def _cpu(asked: Asked, wanted: CpuAsked, market: Market, only: str | None) -> Placement:
    cpu = market.catalogue.cpu(wanted.id)
    if cpu is None or asked.cloud == "COMMUNITY" or wanted.vcpu_count > cpu.vcpu.max:
        raise ProblemError(400, NO_INSTANCES)
    count = wanted.vcpu_count
    where = _where(asked, cpu.id, count, cpu.stock, market, only)
    memory = max(1, int(cpu.ram * count))
    return Placement(where, Cpus(cpu.id, count, memory), None, Fraction(cpu.price.secure) * count)


def _where(
    asked: Asked, what: str, count: int, stock: Stock, market: Market, only: str | None
) -> str:
    """The data centre with the most free; `dataCenterIds` are enforced, called preferred or not."""
    free = {place: have - market.in_use(what, asked.cloud, place) for place, have in stock.items()}
    fitting = [
        place
        for place in sorted(free, key=lambda place: -free[place])
        if free[place] >= count
        and (not asked.data_centers or place in asked.data_centers)
        and only in {None, place}
        and (not asked.global_networking or _is_global(market.catalogue, place))
    ]
    if not fitting:
        raise ProblemError(400, NO_INSTANCES)
    refused = NO_INSTANCES
    for place in fitting:
        reason = market.blocked(what, asked.cloud, place)
        if reason is None:
            return place
        refused = reason
    raise ProblemError(400, refused)


def cuda_versions(gpu: Gpu, allowed: list[str], least: str | None) -> list[str]:
    """The CUDA versions of a GPU's machines that fit; versions are compared as numbers, not as text."""
    return [
        version
        for version in gpu.cuda
        if (not allowed or version in allowed)
        and (least is None or _number(version) >= _number(least))
    ]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _is_global(catalogue: Catalogue, place: str) -> bool:
    found = catalogue.data_center(place)
    return found is not None and found.global_network
