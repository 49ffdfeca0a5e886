"""What a run hears of its pods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

Word = Literal["asked", "created", "ready", "gone"]


class PodNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a pod. Money is in USD, as text: to the last digit.

    ``pod`` is RunPod's id, empty before there is one. ``reason`` is why others were passed over, or why
    it is gone.
    """

    word: Word
    name: str
    pod: str
    gpu: str
    count: int
    cloud: str
    data_center: str | None
    price_per_hour: float
    reason: str
    job: str
    seconds: float | None = None
    spent: float | None = None
    billed: float | None = None


Hear = Callable[[PodNote], object]
"""Writes a note down in the run; it is on the disk when that returns."""
