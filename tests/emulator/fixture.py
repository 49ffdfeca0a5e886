"""The emulator for tests: `emulator` is one, `make_emulator` makes one with other options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.emulator import needs
from tests.emulator.process import Emulator

MakeEmulator = Callable[..., Emulator]


@pytest.fixture
def make_emulator(tmp_path: Path) -> Iterator[MakeEmulator]:
    """Start emulators: `make_emulator("--speed", "60")`. None of their answers may be against the document."""
    _need_pods()
    with ExitStack() as stack:

        def make(*options: str) -> Emulator:
            started = Emulator(tmp_path / f"runpod-{len(running)}", *options)
            running.append(stack.enter_context(started))
            return started

        running: list[Emulator] = []
        yield make
        for one in running:
            if one.process.poll() is None:
                assert one.violations() == []


@pytest.fixture(scope="session")
def _standing_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    _need_pods()
    state = tmp_path_factory.mktemp("runpod")
    with Emulator(state, "--speed", "0", "--limit-scale", "0", "--seed", "1") as standing:
        yield standing


@pytest.fixture
def emulator(_standing_emulator: Emulator) -> Iterator[Emulator]:
    """An emulator with nothing in it, whose time stands still until a test moves it; it limits no rate."""
    _standing_emulator.reset()
    yield _standing_emulator
    violations = _standing_emulator.violations()
    _standing_emulator.reset()
    assert violations == []


def _need_pods() -> None:
    if missing := needs.missing():
        pytest.skip(f"the emulator needs {', '.join(missing)}")
