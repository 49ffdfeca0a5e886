"""A GitHub in tests. A test fails when anything was said to it, or by it, that its description does not allow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.github.server import GitHub


@pytest.fixture
def github() -> Iterator[GitHub]:
    """A GitHub with nothing in it."""
    server = GitHub()
    yield server
    server.close()
    assert server.violations == []
