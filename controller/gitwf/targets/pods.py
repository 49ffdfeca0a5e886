"""What a run hears of its pods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

Word = Literal["asked", "created", "ready", "gone"]


class PodNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a pod. Money is in USD, as text: to the last digit.

    ``pod`` is RunPod's id, empty before there is one. ``reason`` is why others were passed over, or why
    it is gone. ``disk`` is in GB, ``key`` the fingerprint of the SSH key that it lets in.
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
    disk: int = 0
    key: str = ""


class Rented(msgspec.Struct, frozen=True, kw_only=True):
    """A pod of a run by its records, which is not known to be gone. ``told`` are the words they have of it.

    ``created`` is a time in UTC, where it is known to be made; then ``pod`` is RunPod's id.
    """

    name: str
    job: str
    gpu: str
    count: int
    cloud: str
    price_per_hour: float
    disk: int
    key: str
    pod: str = ""
    created: str = ""
    told: tuple[str, ...] = ("asked",)


Hear = Callable[[PodNote], object]
"""Writes a note down in the run; it is on the disk when that returns."""
