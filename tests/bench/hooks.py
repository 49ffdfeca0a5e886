"""What a commit costs more with the hooks of `git wf hooks install`, and no controller running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import Work, medians

_COMMITS = 10


def measure(at: Path) -> Iterator[Row]:
    """Measure ten commits without hooks and with them, in turns."""
    plain, hooked = Place(at / "plain"), Place(at / "hooked")
    hooked.run("git", "wf", "hooks", "install")
    without, with_hooks = medians(_commits(plain), _commits(hooked))
    more = with_hooks.beyond(without, _COMMITS)
    yield Row("a commit with our git hooks, beyond one without, no controller", more, unit="ms")


def _commits(place: Place) -> Work:
    words = ("git", "commit", "--quiet", "--allow-empty", "--message", "Words")
    return Work(lambda: [place.run(*words) for _ in range(_COMMITS)])
