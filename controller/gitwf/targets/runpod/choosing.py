"""Which pod to ask for: GPU types in order of preference, times clouds, times data centres. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from gitwf.diagnostics import nearest
from gitwf.targets.runpod.api.wire import GpuType
from gitwf.targets.runpod.wish import Wish

NONE = "NONE"

Catalogue = Mapping[str, Sequence[GpuType]]
"""The GPU types by cloud, with what is free of them there."""


class Offer(msgspec.Struct, frozen=True):
    """A pod that may be had. ``price`` is USD an hour for all of its GPUs; no ``data_center``: any."""

    gpu: str
    count: int
    cloud: str
    price: Decimal
    data_center: str | None = None

    @property
    def words(self) -> str:
        """What it is, for people."""
        many = f"{self.count} × " if self.count > 1 else ""
        where = f", {self.data_center}" if self.data_center else ""
        return f"{many}{self.gpu}, {self.cloud}{where}, ${self.price} an hour"


class Passed(msgspec.Struct, frozen=True):
    """What was wished for and passed over, and why."""

    what: str
    reason: str

    @property
    def words(self) -> str:
        """Both, for people."""
        return f"{self.what}: {self.reason}"


class Choice(msgspec.Struct, frozen=True):
    """What to ask for, the first first, and what not to."""

    offers: tuple[Offer, ...]
    passed: tuple[Passed, ...]


def choose(wish: Wish, catalogue: Catalogue) -> Choice:
    """Return what to ask for, for ``wish``, with the reason for each that is passed over."""
    found: list[Offer] = []
    passed: list[Passed] = []
    for gpu in wish.gpus:
        for cloud in wish.clouds:
            for one in _of(gpu, cloud, wish, catalogue[cloud]):
                (found if isinstance(one, Offer) else passed).append(one)  # type: ignore[arg-type]
    return Choice(tuple(found), tuple(dict.fromkeys(passed)))


def _of(gpu: str, cloud: str, wish: Wish, known: Sequence[GpuType]) -> Iterator[Offer | Passed]:
    kind, what = _named(gpu, known), f"{gpu}, {cloud}"
    if kind is None:
        close = nearest(gpu, [one.id for one in known])
        hint = f", did you mean `{close}`?" if close else ""
        yield Passed(gpu, f"there is no such GPU type{hint}")
        return
    price = kind.hourly(cloud)
    if price is None or not kind.most(cloud):
        yield Passed(what, "this cloud has none")
    elif wish.count > kind.most(cloud):
        yield Passed(what, f"a pod has at most {kind.most(cloud)} of them there, not {wish.count}")
    elif kind.availability == NONE:
        yield Passed(what, "none is free")
    else:
        offer = Offer(kind.id, wish.count, cloud, price * wish.count)
        yield from _placed(offer, wish.data_centers, kind)


def _placed(offer: Offer, wanted: Sequence[str], kind: GpuType) -> Iterator[Offer | Passed]:
    """Yield ``offer`` in each of the data centres that are ``wanted``, or anywhere."""
    if not wanted:
        yield offer
    free = {place.id for place in kind.data_centers if place.availability != NONE}
    for place in wanted:
        if kind.availability is not None and place not in free:
            yield Passed(f"{offer.gpu}, {offer.cloud}, {place}", "none is free")
        else:
            yield msgspec.structs.replace(offer, data_center=place)


def _named(gpu: str, known: Sequence[GpuType]) -> GpuType | None:
    """Return the GPU type with this id, or with this short name: `RTX 4090`."""
    wanted = gpu.casefold()
    return next((one for one in known if wanted in {one.id.casefold(), one.name.casefold()}), None)
