"""The account that the emulator serves: its API keys, SSH keys, balance and network volumes."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Literal

import msgspec
from tests.emulator import billing
from tests.emulator.billing import Meter, Rates

API_KEY = "rpa_EMULATOR0000000000000000000000000000000000"
READ_ONLY_KEY = "rpa_READONLY0000000000000000000000000000000000"
PodKey = Literal["terminate", "stop", "none"]
"""What the key inside of a pod may do to that pod. RunPod does not say."""


class Key(msgspec.Struct, frozen=True):
    """What an API key is good for; one with a `pod` is that pod's own."""

    writes: bool = True
    pod: str | None = None


class Volume(msgspec.Struct, frozen=True):
    """A network volume; `size` in GB."""

    id: str
    name: str
    size: int
    data_center: str
    type: str

    @property
    def rates(self) -> Rates:
        """What it costs."""
        return Rates(disk=billing.volume_rate(self.size, self.type))


class Account:
    """What belongs to the user, but for pods."""

    def __init__(self, balance: Fraction) -> None:
        """`balance` is in dollars."""
        self.keys = {API_KEY: Key(), READ_ONLY_KEY: Key(writes=False)}
        self.pod_key: PodKey = "terminate"
        self.ssh_keys: list[str] = []
        self.paid_in = balance
        self.volumes: dict[str, Volume] = {}
        self.volume_meters: dict[str, Meter] = {}
        self.all_volumes: dict[str, Volume] = {}

    def keep(self, volume: Volume, at: datetime) -> None:
        """Have a volume, as it is from now on."""
        self.volumes[volume.id] = self.all_volumes[volume.id] = volume
        self._turn(volume.id, volume.rates, at)

    def drop(self, volume: str, at: datetime) -> None:
        """Have a volume no more."""
        del self.volumes[volume]
        self._turn(volume, Rates(), at)

    def _turn(self, volume: str, rates: Rates, at: datetime) -> None:
        meter = self.volume_meters.get(volume, ())
        self.volume_meters[volume] = billing.turn(meter, rates, at)
