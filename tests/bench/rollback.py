"""The main job: train, deploy, and take the deployment back with `git revert`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import median_of

SECONDS = 1.0
"""How long the training takes."""

TIMES = 3

_TRAIN = """\
import json, pathlib, sys, time
time.sleep({seconds})
pathlib.Path("model.txt").write_text("model of " + pathlib.Path("params.yaml").read_text())
json.dump({{"accuracy": 0.9}}, open("metrics.json", "w"))
"""

_WORKFLOW = """\
define:/train
  ↳ run     → python3 train.py
  ↳ deps    → train.py
  ↳ params  → lr
  ↳ outs    → model.txt
  ↳ metrics → metrics.json
define:/deploy
  ↳ run    → cp model.txt "$$SERVED"
  ↳ effect → production
$model = /train
if:$model.accuracy > 0.8 → /deploy → /fail
"""

_DVC = """\
stages:
  train:
    cmd: python3 train.py
    deps: [train.py]
    params: [lr]
    outs: [model.txt]
    metrics: [metrics.json]
"""


def measure(at: Path) -> Iterator[Row]:
    """Measure the first run and the rollback, beside `dvc repro`, which neither deploys nor records."""
    served = at / "served"
    ours, theirs = [], []
    for time in range(TIMES):
        ours.append(_ours(Place(at / f"rollback-{time}", SERVED=str(served)), served))
        theirs.append(_dvc(Place(at / f"rollback-dvc-{time}")))
    first, back, revert = map(median_of, map(list, zip(*ours, strict=True)))
    peer_first, peer_back = map(median_of, map(list, zip(*theirs, strict=True)))
    yield Row(f"train for {SECONDS:g} s, deploy, record", first, "dvc repro", peer_first)
    yield Row("rollback after `git revert`, nothing trained", back, "dvc repro", peer_back)
    yield Row("  `git revert` itself", revert)


def _ours(place: Place, served: Path) -> tuple[float, float, float]:
    """Return the seconds of a first `reconcile` that trains, of the rollback, and of its `git revert`."""
    place.run("git", "wf", "init")
    place.write(
        {
            "workflows/main.wf": _WORKFLOW,
            "train.py": _TRAIN.format(seconds=SECONDS),
            "params.yaml": "lr: 0.1\n",
        }
    )
    place.commit("one")
    first = place.timed("git", "wf", "reconcile")
    model = served.read_bytes()
    place.write({"params.yaml": "lr: 0.2\n"})
    place.commit("two")
    place.run("git", "wf", "reconcile")
    revert = place.timed("git", "revert", "--no-edit", "HEAD")
    back = place.timed("git", "wf", "reconcile")
    if served.read_bytes() != model:
        sys.exit("the first model is not in place again")
    return first, back, revert


def _dvc(place: Place) -> tuple[float, float]:
    """Return the seconds that `dvc repro` takes for the same project: the first time, and back again."""
    place.run("dvc", "init", "--quiet")
    train = _TRAIN.format(seconds=SECONDS)
    place.write({"dvc.yaml": _DVC, "train.py": train, "params.yaml": "lr: 0.1\n"})
    place.commit("one")
    first = place.timed("dvc", "repro", "--quiet")
    place.commit("one, trained")
    place.write({"params.yaml": "lr: 0.2\n"})
    place.run("dvc", "repro", "--quiet")
    place.commit("two")
    place.run("git", "revert", "--no-edit", "HEAD")
    return first, place.timed("dvc", "repro", "--quiet")
