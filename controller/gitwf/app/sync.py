"""`git wf sync`: writes the static stages of the definitions into `dvc.yaml`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gitwf.app.session import Session, UsageError
from gitwf.app.validate import Findings, validate, workflow_files
from gitwf.data.atomic import write_whole
from gitwf.data.facts import FileFacts, TreeFiles
from gitwf.data.mergeyaml import differs, merge_stages
from gitwf.diagnostics import has_errors
from gitwf.language.program import load
from gitwf.plan.stage import Stage
from gitwf.reconcile.static import static_stage

_STAGES = "dvc.yaml"


class Synced(msgspec.Struct, frozen=True):
    """The stages that `dvc.yaml` lacked or had otherwise, and whether it was written."""

    stages: tuple[str, ...]
    written: bool


def sync(session: Session, *, check: bool) -> Synced | Findings:
    """Bring `dvc.yaml` up to date, or with ``check`` only say what is not.

    Returns the findings instead where a workflow file has errors.

    Raises:
        UsageError: if there is no working tree.
        BrokenFileError: if `dvc.yaml` cannot be read.
    """
    root = session.repository().work_tree
    if root is None:
        raise UsageError("a bare repository has no working tree", "clone it first")
    paths = workflow_files(root)
    findings = validate(root, paths)
    if has_errors(findings.diagnostics):
        return findings
    path = root / _STAGES
    text = path.read_text(encoding="utf-8") if path.exists() else None
    stages = static_stages(root, paths)
    names = tuple(differs(text, stages))
    if names and not check:
        write_whole(path, merge_stages(text, stages).encode())
    return Synced(names, written=bool(names) and not check)


def static_stages(root: Path, paths: list[str]) -> list[Stage]:
    """Return the stages that are the same in every run, each once."""
    facts = FileFacts(TreeFiles(root))
    found: dict[str, Stage] = {}
    for path in paths:
        for known in load(path, facts.text).definitions.values():
            stage = static_stage(known.definition, facts)
            if stage is not None:
                found[stage.name] = stage
    return list(found.values())
