"""What becomes of the pods of a run, as its events."""

from __future__ import annotations

from gitwf.engine.replay.steps import Recorder
from gitwf.records.event import Body, PodAsked, PodCreated, PodGone, PodReady
from gitwf.targets.pods import Hear, PodNote


def hearing(recorder: Recorder) -> Hear:
    """Return what records a note in the run of ``recorder``."""
    return lambda note: recorder.emit(_body(note))


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
