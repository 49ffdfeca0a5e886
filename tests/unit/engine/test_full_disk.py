"""A disk that is full: a run stops being played, and goes on when there is room again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.app.run import RunOptions, prospect
from gitwf.app.session import Session
from gitwf.engine.unit.stop import Stop
from gitwf.records.event import RunFinished
from gitwf.repo.errors import StorageFullError

if TYPE_CHECKING:
    from tests.conftest import Folder, FullDisk
    from tests.unit.engine.conftest import Play

BIG = "define:/half n\n  ↳ run → echo $n >> log; head -c 60000 big.txt\n"
ALL = "{ /half 1; /half 2 }"
"""Files of each job find room, and one with the output of both does not."""

WORKFLOWS = {
    "a redirect": f"{BIG}/log a\n{ALL} > copy.txt\n/log b",
    "an addition": f"{BIG}/log a\n{ALL} >> copy.txt\n/log b",
    "a result": f'{BIG}/log a\n$x = read("big.txt")\n/log ${{len($x)}}',
    "a saved state": f'{BIG}/log a\n$x = read("big.txt")\nstate:save → s.json\n/log b',
    "the output of a built-in command": f'{BIG}$x = read("big.txt")\n/echo $x\n/log b',
    "side by side": f"{BIG}fork:2 → {{ /log a }} & {{ {ALL} > copy.txt }}\n/log b",
    "in the background": f"{BIG}{ALL} > copy.txt &\n/log a\nbarrier\n/log b",
    "in a pipe": f"{BIG}/log a\n{{ /log b | {ALL} > copy.txt }}",
}


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_it_goes_on_when_there_is_room(play: Play, full_disk: FullDisk, workflow: str) -> None:
    (play.path / "big.txt").write_text("x" * 200_000)
    with full_disk(), pytest.raises(StorageFullError):
        play(workflow)
    assert not any(isinstance(event.body, RunFinished) for event in play.events())
    assert play.again().status == "succeeded"
    assert len(play.log()) == len(set(play.log()))


def test_a_workspace_is_laid_out_when_there_is_room(folder: Folder, full_disk: FullDisk) -> None:
    folder.commit({"main.wf": "/echo a", "big.txt": "x" * 200_000})
    session = Session(folder.path, {})
    clone = session.clone()
    wanted = prospect(session, clone, "main.wf", RunOptions())

    def play() -> str:
        return clone.runner.play(wanted.request, wanted.configured.settings, Stop()).status

    with full_disk(), pytest.raises(StorageFullError):
        play()
    assert play() == "succeeded"
