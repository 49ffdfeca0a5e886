from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitwf.app.validate import validate

if TYPE_CHECKING:
    from tests.conftest import Folder

PROGRAM = """\
import json, os, signal, sys
from gitwf.app.parts import in_parts

HERE = os.getpid()

def work(part):
    if os.getpid() != HERE:
        {in_a_copy}
    return [os.getpid() == HERE, sum(part)]

{before}
print("begun", end=" ")
print(json.dumps(in_parts(work, range({items}), {cores})))
"""


def play(in_a_copy: str = "pass", before: str = "", items: int = 250, cores: int = 2) -> object:
    """Return what a process of its own makes in parts, which must print that and nothing else."""
    program = PROGRAM.format(in_a_copy=in_a_copy, before=before, items=items, cores=cores)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    begun, _, made = done.stdout.partition(" ")
    assert begun == "begun"
    return json.loads(made)


@pytest.mark.parametrize(
    ("items", "cores", "made"),
    [
        pytest.param(0, 2, [[True, 0]], id="nothing"),
        pytest.param(50, 8, [[True, 1225]], id="too-little"),
        pytest.param(250, 1, [[True, 31125]], id="one-core"),
        pytest.param(250, 2, [[False, 7750], [True, 23375]], id="two-cores"),
        pytest.param(120, 8, [[False, 1225], [False, 3725], [True, 2190]], id="many-cores"),
    ],
)
def test_parts_come_in_order_and_the_last_one_is_made_here(
    items: int, cores: int, made: list[object]
) -> None:
    assert play(items=items, cores=cores) == made


@pytest.mark.parametrize(
    "fate",
    [
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", id="killed"),
        pytest.param("raise KeyboardInterrupt", id="interrupted"),
        pytest.param("raise MemoryError", id="raised"),
        pytest.param("sys.exit(0)", id="exited"),
        pytest.param("return lambda: None", id="made-what-cannot-be-handed-back"),
    ],
)
def test_a_part_whose_copy_brings_nothing_is_made_here(fate: str) -> None:
    assert play(fate) == [[True, 7750], [True, 23375]]


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("signal.signal(signal.SIGCHLD, signal.SIG_IGN)", id="ends-are-not-seen"),
        pytest.param(
            "def none():\n    raise BlockingIOError\nos.fork = none", id="no-process-can-be-had"
        ),
    ],
)
def test_where_copies_cannot_be_had_all_is_made_here(before: str) -> None:
    assert play(before=before) == [[True, 7750], [True, 23375]]


def test_an_error_is_the_one_that_a_single_process_meets() -> None:
    before = "def work(part):\n    raise LookupError(part[0])"
    program = PROGRAM.format(in_a_copy="pass", before=before, items=250, cores=2)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.endswith("LookupError: 125\n")


def test_many_files_are_checked_alike_on_all_cores(folder: Folder) -> None:
    folder.write({f"{n}.wf": f"/ecko {n}\n" if n % 3 else "/echo\n" for n in range(250)})
    done = subprocess.run(
        ["git-wf", "validate"], cwd=folder.path, capture_output=True, text=True, check=False
    )
    alone = validate(folder.path, ())
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "".join(f"{text}\n" for text in alone.rendered())
    assert len(alone.diagnostics) == 166
