"""What becomes of the pods of a run, as its events."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gitwf.engine.replay.steps import Recorder
from gitwf.records.event import Body, Event, PodAsked, PodCreated, PodGone, PodReady
from gitwf.targets.pods import Hear, PodNote, Rented


def hearing(recorder: Recorder) -> Hear:
    """Return what records a note in the run of ``recorder``."""
    return lambda note: recorder.emit(_body(note))


def rented(events: Iterable[Event]) -> tuple[Rented, ...]:
    """Return the pods that a run has asked for, by its ``events``, and that are not known to be gone."""
    found: dict[str, Rented] = {}
    for event in events:
        match event.body:
            case PodAsked() as asked:
                found[asked.name] = _asked(asked)
            case PodCreated(name=name, pod=pod) if name in found:
                told = (*found[name].told, "created")
                found[name] = replace(found[name], pod=pod, created=event.at, told=told)
            case PodReady(name=name) if name in found:
                found[name] = replace(found[name], told=(*found[name].told, "ready"))
            case PodGone(name=name):
                found.pop(name, None)
            case _:
                pass
    return tuple(found.values())


def _asked(body: PodAsked) -> Rented:
    return Rented(
        name=body.name,
        job=body.job,
        gpu=body.gpu,
        count=body.count,
        cloud=body.cloud,
        price_per_hour=body.price_per_hour,
        disk=body.disk,
        key=body.key,
    )


def _body(note: PodNote) -> Body:
    match note.word:
        case "asked":
            return PodAsked(
                note.name,
                note.gpu,
                note.price_per_hour,
                note.count,
                note.cloud,
                note.job,
                note.reason,
                note.disk,
                note.key,
            )
        case "created":
            return PodCreated(
                note.pod,
                note.gpu,
                note.price_per_hour,
                note.name,
                note.count,
                note.cloud,
                note.data_center,
            )
        case "ready":
            return PodReady(note.pod, note.name)
        case "gone":
            return PodGone(
                note.pod,
                note.reason,
                note.name,
                note.seconds or 0.0,
                note.spent or 0.0,
                note.billed,
            )
