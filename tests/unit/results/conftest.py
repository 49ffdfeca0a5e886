"""Results to look at, and the file that people have."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from gitwf.results.entry import Entry, decode

Result = Callable[..., Entry]

THEIRS = """\
{"timestamp": "2025-10-21T14:03:11.123456", "phase": 1, "experiment_id": "phase1_time_warp_0.12", \
"metrics": {"accuracy": 0.87, "class_1_accuracy": 0.62}, "config": {"time_warp_sigma": 0.12}}
{"timestamp": "2025-10-21T15:11:47.000310", "phase": 1, "experiment_id": "phase1_time_warp_0.15", \
"metrics": {"accuracy": 0.89, "class_1_accuracy": 0.41}, "config": {"time_warp_sigma": 0.15}}
{"timestamp": "2025-10-21T18:40:02.934812", "phase": 2, "experiment_id": "phase2_hidden_128", \
"metrics": {"accuracy": 0.91, "class_1_accuracy": NaN}, "config": {"hidden": 128, "heads": 4}}
"""
"""As a script with `json.dumps` writes it."""


@pytest.fixture
def theirs() -> str:
    """The file that people have."""
    return THEIRS


@pytest.fixture
def result() -> Result:
    """Make a result: ``result(metrics, config)``, with other keys by name."""

    def make(metrics: object, config: object = None, **line: object) -> Entry:
        return decode(json.dumps({"metrics": metrics, "config": config or {}} | line).encode())

    return make
