"""What RunPod offers: GPUs, CPUs, data centres, templates. The figures are the emulator's own.

Only the RTX 4090's prices stand in the document; the others are of the right size. A client has to read them
here, as it has to there.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

Cloud = Literal["SECURE", "COMMUNITY"]
Stock = dict[str, int]
"""How many there are in each data centre."""


class GpuPrice(msgspec.Struct, frozen=True):
    """Dollars an hour for one GPU."""

    secure: Decimal
    community: Decimal


class MaxCount(msgspec.Struct, frozen=True):
    """The most GPUs of one pod; 0: the cloud does not have this type."""

    secure: int
    community: int


class Machine(msgspec.Struct, frozen=True):
    """What comes with each GPU: virtual CPUs, and GB of memory."""

    vcpu: int
    ram: int


class Gpu(msgspec.Struct, frozen=True):
    """A type of GPU."""

    id: str
    name: str
    pool: str | None
    manufacturer: str
    memory: int
    price: GpuPrice
    max_count: MaxCount
    cuda: list[str]
    machine: Machine
    stock: dict[Cloud, Stock]

    def hourly(self, cloud: Cloud) -> Decimal:
        """Dollars an hour for one."""
        return self.price.secure if cloud == "SECURE" else self.price.community

    def most(self, cloud: Cloud) -> int:
        """The most of one pod."""
        return self.max_count.secure if cloud == "SECURE" else self.max_count.community


class CpuPrice(msgspec.Struct, frozen=True):
    """Dollars an hour for one virtual CPU."""

    secure: Decimal
    serverless: Decimal


class Range(msgspec.Struct, frozen=True):
    """The fewest and the most."""

    min: int
    max: int


class Cpu(msgspec.Struct, frozen=True):
    """A flavour of CPU; `ram` is GB for each virtual CPU."""

    id: str
    name: str
    group: str
    vcpu: Range
    ram: float
    price: CpuPrice
    stock: Stock


class DataCenter(msgspec.Struct, frozen=True):
    """A place; `volumes` are the kinds of network volume there, the default one first."""

    id: str
    name: str
    region: str
    country: str
    global_network: bool
    volumes: list[str]
    compliance: list[str]


class Catalogue(msgspec.Struct, frozen=True):
    """All of it."""

    gpus: list[Gpu]
    cpus: list[Cpu]
    data_centers: list[DataCenter]
    templates: dict[str, dict[str, object]]
    """Public templates: their fields are those of a create request."""

    def gpu(self, name: str) -> Gpu | None:
        """The GPU type of this id."""
        return next((gpu for gpu in self.gpus if gpu.id == name), None)

    def cpu(self, name: str) -> Cpu | None:
        """The CPU flavour of this id."""
        return next((cpu for cpu in self.cpus if cpu.id == name), None)

    def data_center(self, name: str) -> DataCenter | None:
        """The data centre of this id."""
        return next((place for place in self.data_centers if place.id == name), None)


@cache
def load() -> Catalogue:
    """Read `catalogue.json`."""
    text = Path(__file__).with_name("catalogue.json").read_bytes()
    return msgspec.json.decode(text, type=Catalogue)
