"""What a run is to hear of a pod, by what it has heard already: nothing twice, and after a crash all of it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gitwf.targets.pods import Hear, PodNote, Word
from gitwf.targets.runpod.lease import Lease, State


def tell(lease: Lease, hear: Hear) -> Lease:
    """Have ``hear`` told what it has not heard; return the lease with what it has now."""
    due = [word for word in _due(lease) if word not in lease.told]
    for word in due:
        hear(_note(lease, word))
    return msgspec.structs.replace(lease, told=(*lease.told, *due)) if due else lease


def _due(lease: Lease) -> Iterator[Word]:
    yield "asked"
    if lease.pod is not None:
        yield "created"
    if lease.ready is not None:
        yield "ready"
    if lease.state is State.GONE:
        yield "gone"


def _note(lease: Lease, word: Word) -> PodNote:
    is_gone = word == "gone"
    passed = "; ".join(one.words for one in lease.passed)
    return PodNote(
        word=word,
        name=lease.name,
        pod=lease.pod or "",
        gpu=lease.offer.gpu,
        count=lease.offer.count,
        cloud=lease.offer.cloud,
        data_center=lease.data_center or lease.offer.data_center,
        price_per_hour=float(lease.cost if lease.cost is not None else lease.offer.price),
        reason=lease.reason if is_gone else passed if word == "asked" else "",
        job=lease.job or "",
        seconds=_seconds(lease) if is_gone else None,
        spent=float(round(lease.spent, 6)) if is_gone and lease.spent is not None else None,
        disk=lease.disk,
        key=lease.key,
        billed=float(round(lease.billed, 6)) if is_gone and lease.billed is not None else None,
    )


def _seconds(lease: Lease) -> float:
    if lease.created is None or lease.ended is None:
        return 0.0
    return max(0.0, (lease.ended - lease.created).total_seconds())
