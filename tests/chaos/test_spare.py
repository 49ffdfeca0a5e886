"""The spare worktree, when whoever puts it by or takes it is killed: at each line of that, in turn."""

from __future__ import annotations

import signal
import subprocess
import sys
from itertools import count
from typing import TYPE_CHECKING

import pytest

from gitwf.engine.clone.clearing import spares
from gitwf.repo import spare, worktree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Folder

KILLED_AT = """\
import os, signal, sys
from pathlib import Path
from gitwf.repo import spare, worktree
from gitwf.repo.repository import Repository

line, repository = int(sys.argv[1]), Repository.open(Path(sys.argv[2]))
watched = {spare.__file__, worktree.__file__}

def trace(frame, event, argument):
    global line
    if frame.f_code.co_filename not in watched or frame.f_code.co_name == "_folders":
        return None
    if event == "line":
        line -= 1
        if line < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return trace

sys.settrace(trace)
"""
PUT_BY = "spare.put_by(repository, Path(sys.argv[3]))\n"
TAKE = "spare.take(repository, Path(sys.argv[3]), sys.argv[4])\n"

FEW = 40
"""Lines that it takes at the least."""


@pytest.mark.slow
@pytest.mark.parametrize("deed", [PUT_BY, TAKE], ids=["put by", "take"])
def test_killed_at_each_line(folder: Folder, tmp_path: Path, deed: str) -> None:
    files: dict[str, str | bytes] = {"params.yaml": "rate: 1\n", "src/a.py": "a\n"}
    commit = folder.commit(files)
    repository = folder.open()
    (runs := tmp_path / "workspaces").mkdir()
    for line in count():
        worktree.add(repository, path := runs / f"run-{line}", commit)
        if deed == TAKE:
            spare.put_by(repository, path)
        else:
            (path / "out").write_text("left by the run")
        words = [sys.executable, "-c", KILLED_AT + deed, str(line), str(folder.path), str(path)]
        ended = subprocess.run([*words, commit], check=False).returncode
        for waste in spares(repository) if spare.places(repository)[1:] else ():
            waste.remove()
        after = runs / f"next-{line}"
        if not spare.take(repository, after, commit):
            worktree.add(repository, after, commit)
        found = {str(p.relative_to(after)) for p in after.rglob("*") if p.is_file()}
        assert found == files.keys() | {".git"}
        folder.git("-C", str(after), "status", "--porcelain")
        folder.git("fsck", "--strict")
        for left in (path, after):
            worktree.remove(repository, left)
        for waste in spares(repository):
            waste.remove()
        assert spare.places(repository) == []
        assert len(folder.git("worktree", "list").splitlines()) == 1
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
    assert line > FEW
