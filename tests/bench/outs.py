"""Large outs: a folder of many files, and one file of a gigabyte; beside `dvc repro` on the same ones."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import medians

_FILES = 10_000
_BYTES = 1 << 30
OUTS = {
    f"a folder of {_FILES} files": f"mkdir out && seq {_FILES} | split -a 4 -l 1 - out/f",
    "an out of 1 GB": f"head -c {_BYTES} /dev/zero > out",
}
_WORKFLOW = """\
define:/make
  ↳ run  → {command}
  ↳ deps → data.txt
  ↳ outs → out
/make
"""
_STAGE = "stages:\n  make:\n    cmd: {command}\n    deps: [data.txt]\n    outs: [out]\n"


def measure(at: Path) -> Iterator[Row]:
    """Measure each of `OUTS`: its stage executed, unchanged and restored."""
    for number, (what, command) in enumerate(OUTS.items()):
        ours, theirs = _place(at / f"ours{number}"), _place(at / f"dvc{number}")
        ours.write({"main.wf": _WORKFLOW.format(command=command)})
        theirs.write({"dvc.yaml": _STAGE.format(command=command)})
        for place in (ours, theirs):
            place.commit("what to do")
        yield from _rows(what, ours, theirs)
        for place in (ours, theirs):
            shutil.rmtree(place.root)


def _rows(what: str, ours: Place, theirs: Place) -> Iterator[Row]:
    for state, make in (("executed", _anew), ("unchanged", _left), ("restored", _without)):
        mine, other = medians(
            ours.work("git", "wf", "run", "--here", "main.wf", before=make(ours)),
            theirs.work("dvc", "repro", "--quiet", before=make(theirs)),
        )
        ours.demand_shown(1)
        yield Row(f"{what}, {state}", mine, "dvc repro", other)


def _anew(place: Place) -> Callable[[], None]:
    """Return what makes the dep another one."""
    numbers = itertools.count(2)
    return lambda: place.write({"data.txt": f"{next(numbers)}\n"})


def _left(_: Place) -> Callable[[], None]:
    return lambda: None


def _without(place: Place) -> Callable[[], None]:
    """Return what takes away what was made."""

    def take() -> None:
        place.run("rm", "-r", "dvc.lock", "out")

    return take


def _place(at: Path) -> Place:
    place = Place(at)
    place.run("dvc", "init", "--quiet")
    place.write({"data.txt": "1\n"})
    place.commit("data")
    return place
