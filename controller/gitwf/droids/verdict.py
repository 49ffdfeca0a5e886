"""Whether an agent has done what it says: only what git shows counts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gitwf.droids.protect import refused
from gitwf.droids.report import Report
from gitwf.language.glob import matches_path
from gitwf.plan.errand import Fault


class Evidence(msgspec.Struct, frozen=True):
    """What an agent left: its commits, oldest first, and the paths that differ from where it began.

    ``continues``: its last commit has in its history the one that it began at.
    """

    commits: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    continues: bool = True


class Rules(msgspec.Struct, frozen=True):
    """What is asked of an agent.

    ``expected`` are globs of files, one for each that has to be changed; an empty tuple: its answer is
    enough; None: any change will do.
    """

    protected: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    expected: tuple[str, ...] | None = None


def fault_of(report: Report, evidence: Evidence, rules: Rules) -> Fault | None:
    """Return why an agent's work is not accepted, or None."""
    if report.problem is not None:
        return Fault("exit", report.problem)
    if not evidence.continues:
        return Fault("condition", "it left the history that it began at")
    if touched := refused(evidence.files, rules.protected, rules.allowed):
        hint = f"`allow:{','.join(touched)}` lets it"
        return Fault("path", f"it changed what is protected: {_listed(touched)} ({hint})")
    return _missing(report, evidence, rules)


def _missing(report: Report, evidence: Evidence, rules: Rules) -> Fault | None:
    """Return what is missing of what was to be done, or None."""
    if rules.expected is None:
        if evidence.files:
            return None
        return Fault(
            "missing", "it ended well and did nothing: there is no commit, and no file changed"
        )
    if not rules.expected and not report.answer:
        return Fault("missing", "it ended well and did nothing: it gave no answer")
    untouched = [g for g in rules.expected if not any(matches_path(g, f) for f in evidence.files)]
    if untouched:
        return Fault("missing", f"it ended well, and did not write {_listed(untouched)}")
    return None


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths)
