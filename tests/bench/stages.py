"""DVC stages: executed, unchanged, restored, side by side; beside `dvc repro` on the same ones."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import outs
from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import medians

COUNTS = (100, 200)
TRACKED, AMONG = 10_000, 20
"""So many stages in a repository of so many files: DVC reads the git index again for each out."""

BESIDE, SECONDS = 8, 2

_RUN = ("git", "wf", "run", "main.wf")
_HERE = ("git", "wf", "run", "--here", "main.wf")
_REPRO = ("dvc", "repro", "--quiet")

_DEFINITION = """\
define:/copy n
  ↳ run  → {before}cp data/$n.txt out/$n.txt
  ↳ deps → data/${{n}}.txt
  ↳ outs → out/${{n}}.txt
"""


def measure(at: Path) -> Iterator[Row]:
    """Measure many short stages, then a few long ones."""
    for count in COUNTS:
        yield from _many(at / f"stages-{count}", count)
    yield from _many(at / "tracked", AMONG, TRACKED)
    yield from _side_by_side(at / "side")
    yield from outs.measure(at / "outs")


def _many(at: Path, count: int, tracked: int = 0) -> Iterator[Row]:
    ours, theirs = (_place(at / name, count, 2, tracked) for name in ("ours", "dvc"))
    what = f"{count} independent stages{f' among {tracked} tracked files' if tracked else ''}"
    mine, other = medians(
        ours.work(*_RUN, before=_anew(ours, "main.wf", lambda before: _workflow(before, count, 2))),
        theirs.work(
            *_REPRO, before=_anew(theirs, "dvc.yaml", lambda before: _dvc_yaml(before, count))
        ),
    )
    ours.demand_shown(count)
    yield Row(f"{what}, executed, 2 at once", mine, "dvc repro", other)
    ours.run(*_HERE)
    mine, other, status = medians(
        ours.work(*_HERE), theirs.work(*_REPRO), theirs.work("dvc", "status")
    )
    ours.demand_shown(count)
    yield Row(f"{what}, unchanged", mine, "dvc repro", other)
    yield Row("", mine, "dvc status", status)
    yield from _restored(ours, theirs, what, count)


def _restored(ours: Place, theirs: Place, what: str, count: int) -> Iterator[Row]:
    """Measure all stages restored, and one: for us what each adds, for DVC, which is not linear, one alone."""
    ours.write({"one.wf": _workflow("", 1, 1)})
    ours.commit("one of the stages")
    all_, one, theirs_all, theirs_one = medians(
        ours.work(*_RUN),
        ours.work("git", "wf", "run", "one.wf"),
        theirs.work(*_REPRO, before=lambda: _remove(theirs, "dvc.lock", "out")),
        theirs.work(*_REPRO, "copy0", before=lambda: _remove(theirs, "out/0.txt")),
    )
    ours.demand_shown(1)
    yield Row(f"{what}, restored, 2 at once", all_, "dvc repro", theirs_all)
    each = all_.beyond(one, count - 1)
    yield Row("  each one more", each, f"dvc repro of one of {count}", theirs_one.each(1), "ms")


def _side_by_side(at: Path) -> Iterator[Row]:
    ours, theirs = _place(at / "ours", BESIDE, BESIDE), _place(at / "dvc", BESIDE, BESIDE)
    wait = f"sleep {SECONDS}; "
    mine, other = medians(
        ours.work(
            *_RUN,
            before=_anew(ours, "main.wf", lambda before: _workflow(wait + before, BESIDE, BESIDE)),
        ),
        theirs.work(
            *_REPRO,
            before=_anew(theirs, "dvc.yaml", lambda before: _dvc_yaml(wait + before, BESIDE)),
        ),
    )
    ours.demand_shown(BESIDE)
    what = f"{BESIDE} stages that take {SECONDS} s each, {BESIDE} at once"
    yield Row(what, mine, "dvc repro, in turn", other)


def _place(at: Path, count: int, jobs: int, tracked: int = 0) -> Place:
    """Return a DVC project with ``count`` small files of data, and ``tracked`` others beside them."""
    place = Place(at)
    place.run("dvc", "init", "--quiet")
    place.write({f"data/{n}.txt": f"{n}\n" for n in range(count)} | {"out/.gitkeep": ""})
    place.write({"wf.toml": f"[controller]\njobs = {jobs}\n"})
    place.write({f"src/{n // 100}/{n}.py": f"{n}\n" for n in range(tracked)})
    place.commit("data")
    return place


def _anew(place: Place, name: str, text: Callable[[str], str]) -> Callable[[], None]:
    """Return what writes a file anew, with commands in it that were never executed: they begin otherwise."""
    numbers = itertools.count()

    def change() -> None:
        place.write({name: text(f": {next(numbers)}; ")})
        place.commit("commands")

    return change


def _workflow(before: str, count: int, side: int) -> str:
    numbers = ",".join(map(str, range(count)))
    return f"{_DEFINITION.format(before=before)}sweep:n={numbers} max:{side} → /copy $n\n"


def _dvc_yaml(before: str, count: int) -> str:
    stages = (
        f"  copy{n}:\n    cmd: '{before}cp data/{n}.txt out/{n}.txt'\n"
        f"    deps: [data/{n}.txt]\n    outs: [out/{n}.txt]\n"
        for n in range(count)
    )
    return "stages:\n" + "".join(stages)


def _remove(place: Place, *names: str) -> None:
    for name in names:
        path = place.root / name
        if path.is_dir():
            shutil.rmtree(path)
            path.mkdir()
        else:
            path.unlink()
