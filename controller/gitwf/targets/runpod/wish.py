"""What is asked for: a kind of pod, in order of preference, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from gitwf.config.settings import Target as Table
from gitwf.targets.runpod.errors import PodError

IMAGE = "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404"
"""What pods are made of where nothing else is said: one of RunPod's own, which start sshd."""

DISK = 20
"""GB of container disk: with less there are fewer machines that a pod fits on."""

VOLUME_PATH = "/workspace"
"""Where a network volume is, as in RunPod's console."""

_OFFICIAL = "runpod/"


class Wish(msgspec.Struct, frozen=True):
    """A kind of pod. ``gpus`` and ``clouds`` are in order of preference; ``disk`` in GB."""

    gpus: tuple[str, ...]
    count: int = 1
    clouds: tuple[str, ...] = ("SECURE",)
    data_centers: tuple[str, ...] = ()
    image: str | None = IMAGE
    template: str | None = None
    disk: int = DISK
    volume: str | None = None
    env: Mapping[str, str] = {}

    @property
    def likeness(self) -> str:
        """A name for all wishes that the same pods serve."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:16]

    @property
    def is_official(self) -> bool:
        """Whether its image is RunPod's own, so that it is known what that starts."""
        return self.template is None and (self.image or "").startswith(_OFFICIAL)


class Terms(msgspec.Struct, frozen=True):
    """How pods of a run are used. ``budget`` in USD for the run, None for no limit; ``idle`` in seconds."""

    budget: float | None = None
    idle: float = 0.0
    max_hours: float = 24.0
    orphan_after: float = 7200.0


def wish_of(name: str, table: Table) -> Wish:
    """Return the kind of pod that ``table``, called ``name``, says. Raises `PodError` where it says none."""
    if not table.gpu:
        raise PodError(
            f'`{name}` names no GPU: write `gpu:"NVIDIA GeForce RTX 4090"`, or `gpu = […]` under its table'
        )
    return Wish(
        gpus=table.gpu,
        count=table.count,
        clouds=table.cloud or ("SECURE",),
        data_centers=table.data_centers,
        image=table.image or (None if table.template else IMAGE),
        template=table.template,
        disk=table.disk or DISK,
        volume=table.volume,
        env=dict(table.env),
    )


def terms_of(table: Table) -> Terms:
    """Return how ``table`` says that pods are used."""
    return Terms(table.budget, float(table.idle), table.max_hours, float(table.orphan_after))
