"""The hook `pre-receive`: refuses a push that breaks a workflow. Runs nothing of what is pushed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from gitwf.data.facts import CommitFiles, FileFacts
from gitwf.reconcile.configure import configure
from gitwf.reconcile.outline import first_error, workflows_of
from gitwf.reconcile.prepare import prepare
from gitwf.repo.environment import of_program
from gitwf.repo.git import Git
from gitwf.repo.repository import Repository

_HEADS = "refs/heads/"
_QUARANTINE = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")
"""Where git keeps what is pushed until it is accepted (git-receive-pack(1))."""


def receive(place: Path, moves: Iterable[str]) -> int:
    """Print what the branches would break that ``moves`` (``<old> <new> <ref>``) push; 1 if anything.

    What was broken before is nobody's fault now.
    """
    repository = Repository.open(place)
    quarantine = {name: os.environ[name] for name in _QUARANTINE if name in os.environ}
    repository.git = Git(repository.git.directory, of_program(quarantine))
    status = 0
    for move in moves:
        old, new, ref = move.split(" ", 2)
        if ref.startswith(_HEADS) and new.strip("0"):
            for fault in sorted(faults(repository, new) - faults(repository, old)):
                sys.stderr.write(f"{ref.removeprefix(_HEADS)}: {fault}\n")
                status = 1
    return status


def faults(repository: Repository, commit: str) -> set[str]:
    """Return the first error of each workflow of ``commit`` that has one; of no commit: nothing."""
    if not commit.strip("0"):
        return set()
    facts = FileFacts(CommitFiles(repository.objects, commit))
    configured = configure(facts)
    found = (prepare(path, facts, configured.settings) for path in workflows_of(facts, configured))
    return {first_error(p.diagnostics, p.sources) for p in found if p.plan is None}
