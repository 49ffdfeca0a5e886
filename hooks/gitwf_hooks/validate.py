"""The hook `wf-validate`: stops a commit that breaks a workflow. Runs nothing of the repository."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from gitwf.diagnostics import Diagnostic, Source, has_errors, ordered, render
from gitwf.language import tree
from gitwf.language.check.checker import check
from gitwf.language.program import Program, load
from gitwf_hooks.worktree import BrokenFileError, WorkTree


def validate(root: Path, paths: Sequence[str]) -> int:
    """Print the diagnostics of the workflows that a change to ``paths`` concerns; 1 for errors.

    These are the workflows among ``paths`` and those that use one of them. A path that is no
    workflow (`wf.toml`, `dvc.yaml`) concerns all.
    """
    worktree = WorkTree(root)
    found: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    try:
        around = worktree.surroundings()
        for program in _concerned(worktree, paths):
            called = {command.name for command in program.own(tree.Command)}
            stages = around.stages | worktree.stages_among(called)
            found += check(program, msgspec.structs.replace(around, stages=stages))
            sources |= program.sources
    except BrokenFileError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    found = ordered(found)
    sys.stdout.writelines(f"{render(d, sources[d.path])}\n" for d in found)
    return int(has_errors(found))


def _concerned(worktree: WorkTree, paths: Sequence[str]) -> Iterator[Program]:
    if not paths:
        return
    changed = {path for path in paths if path.endswith(".wf")}
    of_all = len(changed) < len(paths)
    for path in sorted(changed.union(worktree.workflows())):
        try:
            program = load(path, worktree.text)
        except FileNotFoundError:
            continue  # it is in the index, and deleted in the working tree
        if of_all or not changed.isdisjoint(program.files):
            yield program
