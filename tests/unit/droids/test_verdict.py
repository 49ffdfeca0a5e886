"""Whether an agent's work is accepted: a table of what it says and what is there."""

from __future__ import annotations

import pytest

from gitwf.droids.report import Report
from gitwf.droids.verdict import Evidence, Rules, fault_of
from gitwf.plan.errand import Fault

WELL = Report("Done.")
WORK = Evidence(("c1",), ("a.py", "docs/b.md"))
NOTHING = "it ended well and did nothing: there is no commit, and no file changed"


@pytest.mark.parametrize(
    ("report", "evidence", "rules", "fault"),
    [
        pytest.param(WELL, WORK, Rules(), None, id="work"),
        pytest.param(WELL, Evidence(), Rules(), Fault("missing", NOTHING), id="nothing"),
        pytest.param(
            WELL, Evidence(("c1",)), Rules(), Fault("missing", NOTHING), id="empty-commit"
        ),
        pytest.param(
            Report("", "it says no"), WORK, Rules(), Fault("exit", "it says no"), id="says-no"
        ),
        pytest.param(
            WELL,
            Evidence(("c1",), ("a.py",), continues=False),
            Rules(),
            Fault("condition", "it left the history that it began at"),
            id="other-history",
        ),
        pytest.param(
            WELL,
            WORK,
            Rules(protected=("*.py", "docs/**"), allowed=("*.md",)),
            Fault("path", "it changed what is protected: `a.py` (`allow:a.py` lets it)"),
            id="protected",
        ),
        pytest.param(WELL, WORK, Rules(expected=("docs/*.md", "a.py")), None, id="expected"),
        pytest.param(
            WELL,
            WORK,
            Rules(expected=("a.py", "c.py", "d/**")),
            Fault("missing", "it ended well, and did not write `c.py`, `d/**`"),
            id="expected-more",
        ),
        pytest.param(WELL, Evidence(), Rules(expected=()), None, id="an-answer"),
        pytest.param(
            Report(""),
            Evidence(),
            Rules(expected=()),
            Fault("missing", "it ended well and did nothing: it gave no answer"),
            id="no-answer",
        ),
    ],
)
def test_fault(report: Report, evidence: Evidence, rules: Rules, fault: Fault | None) -> None:
    assert fault_of(report, evidence, rules) == fault
