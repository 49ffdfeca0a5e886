"""Files that are written while they are read: no hash of them is believed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitwf.data.errors import DataError
from gitwf.data.execute import begin, save
from gitwf.data.hasher import Hasher
from gitwf.data.look import look
from gitwf.data.project import Project
from gitwf.plan.stage import Out, Stage

SIZE = 64 << 20
"""Bytes that take longer to read than a file takes to change."""


@pytest.fixture
def changing(root: Path) -> Iterator[Path]:
    """A file that changes all the time."""
    path = root / "out"
    path.touch()
    os.truncate(path, SIZE)
    over = threading.Event()

    def change() -> None:
        at = 0
        while not over.is_set():
            at += 1
            os.utime(path, ns=(at, at))

    writer = threading.Thread(target=change)
    writer.start()
    yield path
    over.set()
    writer.join()


def test_what_changes_while_it_is_read_has_no_hash(changing: Path) -> None:
    with pytest.raises(DataError) as caught:
        Hasher().of(changing)
    assert str(caught.value) == (
        f"`{changing}` changes while it is read (let its writer end first)"
    )


def test_an_out_that_changes_while_it_is_saved_fails_the_stage(
    project: Project, write: Callable[[dict[str, str | bytes]], None], changing: Path
) -> None:
    write({"dep": "a"})
    stage = Stage("s", "x", deps=("dep",), outs=(Out("out", persist=True),))
    seen = look(project, stage)
    begin(project, stage)
    with pytest.raises(DataError, match="changes while it is read"):
        save(project, stage, seen)
    assert project.lockfile().entries() == {}
    assert changing.exists()
