"""Plain steps: what the engine adds to a command that does nothing."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from tests.bench import peers
from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import Sample, Work, command, medians, work_of_children

COUNT = 200
MANY = 5000
SIDE = 1000
"""Steps at either end of the long run that are compared."""

_TRUE = "define:/true n\n  ↳ run → true\n"
_LOOP = "for i in $(seq {count}); do sh -c true; done"
_DODO = """\
def task_step():
    for n in range({count}):
        yield {{"name": str(n), "actions": ["true"]}}
"""
_SNAKEFILE = """\
rule all:
    input: expand("out/{{n}}", n=range({count}))
rule step:
    output: "out/{{n}}"
    shell: "touch {{output}}"
"""


def measure(at: Path) -> Iterator[Row]:
    """Measure short steps, two at once, beside the peers; then a run with many."""
    place = Place(at / "steps")
    place.write(
        {
            "wf.toml": "[controller]\njobs = 2\n",
            "one.wf": _sweep(1),
            "steps.wf": _sweep(COUNT),
            "many.wf": _sweep(MANY),
            "Makefile": _makefile(COUNT),
            "dodo.py": _DODO.format(count=COUNT),
            "Snakefile": _SNAKEFILE.format(count=COUNT),
        }
    )
    place.commit("steps")
    yield from _beside(place)
    yield from _each(place)
    yield from _long(place)


def _sweep(count: int) -> str:
    numbers = ",".join(map(str, range(count)))
    return f"{_TRUE}sweep:n={numbers} max:2 → /true $n\n"


def _makefile(count: int) -> str:
    names = " ".join(f"step{n}" for n in range(count))
    return f".PHONY: all {names}\nall: {names}\n{names}:\n\t@true\n"


def _beside(place: Place) -> Iterator[Row]:
    beside = dict(_peers(place))
    ours, *theirs = medians(place.work("git", "wf", "run", "steps.wf"), *beside.values())
    place.demand_shown(COUNT)
    what = f"{COUNT} plain steps, 2 at once"
    for name, sample in zip(beside, theirs, strict=True):
        yield Row(what, ours, name, sample)
        what = ""


def _peers(place: Place) -> Iterator[tuple[str, Work]]:
    yield "bash loop, 1 at once", command("bash", "-c", _LOOP.format(count=COUNT))
    if make := peers.find("make"):
        yield "make -j2", command(make, "-s", "-j2", cwd=place.root)
    if doit := peers.find("doit"):
        yield "doit -n 2", command(doit, "-n", "2", cwd=place.root)
    if snakemake := peers.find("snakemake"):
        again = f"rm -rf out; exec {snakemake} --cores 2 -q all"
        yield "snakemake --cores 2", command("sh", "-c", again, cwd=place.root)


def _each(place: Place) -> Iterator[Row]:
    """Measure how long processors work for one step more, all processes counted."""
    all_, one, loop = medians(
        place.work("git", "wf", "run", "steps.wf"),
        place.work("git", "wf", "run", "one.wf"),
        command("bash", "-c", _LOOP.format(count=COUNT)),
        clock=work_of_children,
    )
    yield Row(
        "  processor time of each further one",
        all_.beyond(one, COUNT - 1),
        "its command alone",
        loop.each(COUNT),
        "ms",
    )


def _long(place: Place) -> Iterator[Row]:
    """Measure a run of many steps: its memory, and whether the last ones take longer."""
    with subprocess.Popen(
        ["git-wf", "run", "many.wf"],
        cwd=place.root,
        env=place.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if status:
        sys.exit(f"a run of {MANY} steps failed")
    newest = json.loads(place.run("git", "wf", "log", "-n", "1", "--json"))[0]["run"]
    steps = json.loads(place.run("git", "wf", "show", newest, "--json"))["steps"]
    ends = sorted(datetime.fromisoformat(step["at"]).timestamp() for step in steps)
    each = [later - earlier for earlier, later in pairwise(ends)]
    last, first = (Sample(statistics.mean(of) * 1e3, 1) for of in (each[-SIDE:], each[:SIDE]))
    yield Row(f"a step of the last {SIDE} of {MANY}, 2 at once", last, "of the first", first, "ms")
    yield Row(f"memory of a run of {MANY} steps", Sample(usage.ru_maxrss / 1024, 1), unit="MiB")
