"""Why a pod cannot be had or used: one line each, with what to do."""

from __future__ import annotations


class PodError(OSError):
    """No pod can be had, or that which was had cannot be used: a person must act."""


class LostPodError(OSError):
    """The pod went away, or never came up: another may do."""
