"""What runs have left on this machine and nobody needs, or everybody misses: jobs, workspaces, results."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from gitwf.engine.replay.folders import newest_folder
from gitwf.records.check.finding import Finding
from gitwf.targets.job import JobFolder
from gitwf.targets.process import members_below
from gitwf.targets.registry import place_of

_GO_ON = "`git wf reconcile` takes the run up"


class Runs(msgspec.Struct, frozen=True):
    """The runs of this clone: those that are ``over``, those that go on, and of these the ``played``."""

    over: Collection[str]
    ongoing: Collection[str]
    played: Collection[str]


def check_processes(state_dir: Path, runs: Runs) -> Iterator[Finding]:
    """Yield jobs that outlive their run."""
    folder = state_dir / "runs"
    for pid, result in members_below(folder):
        run = result.relative_to(folder).parts[0]
        if run not in runs.ongoing:
            problem = f"process {pid} goes on, and the run is over"
            yield Finding(str(result.parent), problem, f"`kill {pid}`")


def check_jobs(state_dir: Path, runs: Runs) -> Iterator[Finding]:
    """Yield jobs that are gone without a word, of runs that nobody plays."""
    alive = {result.parent for _, result in members_below(state_dir / "runs")}
    for run in sorted(set(runs.ongoing) - set(runs.played)):
        for path in _newest_jobs(state_dir / "runs" / run):
            job = JobFolder(path)
            is_here = place_of(path) is None
            if is_here and job.is_begun() and job.exit_status() is None and path not in alive:
                yield Finding(str(path), "its job is gone without an exit status", _GO_ON)


def _newest_jobs(folder: Path) -> list[Path]:
    """Return the folders of the jobs of a run, and of each that was lost the last alone."""
    steps = {path.name.partition(".lost")[0] for path in (folder / "jobs").glob("[!.]*")}
    return sorted(newest_folder(folder, step) for step in steps)


def check_results(state_dir: Path) -> Iterator[Finding]:
    """Yield files of values that are not what their name says."""
    for path in sorted((state_dir / "runs").glob("*/results/*")):
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            hint = "delete it; what the run recorded of it is lost"
            yield Finding(str(path), "its content has another hash than its name", hint)


def check_workspaces(state_dir: Path, runs: Runs) -> Iterator[Finding]:
    """Yield workspaces that belong to no run, and worktrees of agents that have ended."""
    for path in sorted((state_dir / "workspaces").glob("*")):
        run = path.name.removesuffix(".ready")
        if run not in runs.over and run not in runs.ongoing and path.is_dir():
            hint = f"`git worktree remove --force {path}`"
            yield Finding(str(path), "it is the workspace of no run", hint)
    for path in sorted((state_dir / "droids").glob("*-*")):
        run = path.name.partition("-")[0]
        if run not in runs.ongoing and path.is_dir():
            hint = f"`git worktree remove --force {path}`; the branch keeps what was collected"
            yield Finding(str(path), "an agent worked in it, and its run is over", hint)
