"""DVC stages: executed, unchanged, restored, side by side; beside `dvc repro` on the same ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench.place import Place
from tests.bench.report import Row

COUNTS = (100, 200)
BESIDE, SECONDS = 8, 2

_COPY = """\
define:/copy n
  ↳ run  → cp data/$n.txt out/$n.txt
  ↳ deps → data/${n}.txt
  ↳ outs → out/${n}.txt
"""
_SLOW = """\
define:/slow n
  ↳ run  → sleep %d; cp data/$n.txt out/$n.txt
  ↳ deps → data/${n}.txt
  ↳ outs → out/${n}.txt
"""


def measure(at: Path) -> Iterator[Row]:
    """Measure many short stages, then a few long ones."""
    for count in COUNTS:
        yield from _many(at / f"stages-{count}", count)
    yield from _side_by_side(at / "side")


def _many(at: Path, count: int) -> Iterator[Row]:
    ours, theirs = _place(at / "ours", count), _place(at / "dvc", count)
    ours.write({"wf.toml": "[controller]\njobs = 2\n", "main.wf": _sweep(_COPY, count, 2)})
    ours.commit("workflow")
    theirs.write({"dvc.yaml": _dvc_yaml(count, "")})
    what = f"{count} independent stages"
    run, here = ("git", "wf", "run", "main.wf"), ("git", "wf", "run", "--here", "main.wf")
    repro = ("dvc", "repro", "--quiet")
    executed, peer = ours.timed(*run), theirs.timed(*repro)
    yield Row(f"{what}, executed, 2 at once", executed, "dvc repro", peer)
    ours.timed(*here)
    yield Row(f"{what}, unchanged", ours.timed(*here), "dvc repro", theirs.timed(*repro))
    for name in ("dvc.lock", "out"):
        _remove(theirs.root / name)
    restored = ours.timed(*run)
    yield Row(f"{what}, restored", restored, "dvc repro", theirs.timed(*repro))
    ours.write({"one.wf": _sweep(_COPY, 1, 1)})
    ours.commit("one stage")
    one = ours.timed("git", "wf", "run", "one.wf")
    yield Row("  one of them restored", (restored - one) / (count - 1) * 1e3, unit="ms")


def _side_by_side(at: Path) -> Iterator[Row]:
    ours, theirs = _place(at / "ours", BESIDE), _place(at / "dvc", BESIDE)
    workflow = _sweep(_SLOW % SECONDS, BESIDE, BESIDE)
    ours.write({"wf.toml": f"[controller]\njobs = {BESIDE}\n", "main.wf": workflow})
    ours.commit("workflow")
    theirs.write({"dvc.yaml": _dvc_yaml(BESIDE, f"sleep {SECONDS}; ")})
    yield Row(
        f"{BESIDE} stages that take {SECONDS} s each, {BESIDE} at once",
        ours.timed("git", "wf", "run", "main.wf"),
        "dvc repro, in turn",
        theirs.timed("dvc", "repro", "--quiet"),
    )


def _place(at: Path, count: int) -> Place:
    """Return a DVC project with ``count`` small files of data."""
    place = Place(at)
    place.run("dvc", "init", "--quiet")
    place.write({f"data/{n}.txt": f"{n}\n" for n in range(count)} | {"out/.gitkeep": ""})
    place.commit("data")
    return place


def _sweep(definition: str, count: int, side: int) -> str:
    return f"{definition}sweep:n={','.join(map(str, range(count)))} max:{side} → /{definition[8:12]} $n\n"


def _dvc_yaml(count: int, before: str) -> str:
    stages = (
        f"  copy{n}:\n    cmd: {before}cp data/{n}.txt out/{n}.txt\n"
        f"    deps: [data/{n}.txt]\n    outs: [out/{n}.txt]\n"
        for n in range(count)
    )
    return "stages:\n" + "".join(stages)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
        path.mkdir()
    else:
        path.unlink()
