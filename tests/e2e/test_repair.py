"""`git wf fsck --repair`: records that were damaged come back from what else is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
    from tests.e2e.conftest import Project

NOWHERE = "0123456789012345678901234567890123456789"


@pytest.fixture
def damaged(project: Project) -> Project:
    """The project after two runs."""
    project.done("reconcile")
    project.commit({"params.yaml": "rate: 0.8\n"})
    project.done("reconcile")
    return project


def mended(project: Project) -> list[str]:
    """Repair, and see that nothing is left to find; return what was done, runs by number."""
    said = project.wf("fsck", "--repair")
    assert (said.status, said.out) == (0, ""), said
    assert project.wf("fsck", "--repair").err == "all records are sound\n"
    text = said.err
    for number, record in enumerate(reversed(project.log()), 1):
        text = text.replace(record.run, f"R{number}").replace(record.commit, f"C{number}")
    return text.splitlines()[:-1]


def point_nowhere(project: Project, ref: str) -> None:
    """Have a ref point to an object that is not there, which git itself refuses to write."""
    project.git("update-ref", "-d", ref)
    path = project.path / ".git" / ref
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{NOWHERE}\n")


def test_sound_records_stay(damaged: Project) -> None:
    before = damaged.git("for-each-ref")
    assert mended(damaged) == []
    assert damaged.git("for-each-ref") == before


def test_refs_that_point_nowhere_come_back_from_the_remote(
    damaged: Project, make_folder: MakeFolder
) -> None:
    hub = make_folder("hub", "--bare")
    damaged.git("remote", "add", "origin", str(hub.path))
    damaged.git("push", "--quiet", "origin", "main")
    damaged.done("reconcile", "--remote", "origin")
    refs = damaged.git("for-each-ref", "refs/wf", "refs/notes/wf")
    ref = damaged.ended()[0]
    for name in (ref, "refs/wf/env/production", "refs/notes/wf"):
        point_nowhere(damaged, name)
    assert sorted(mended(damaged)) == [
        "refs/notes/wf: taken from `origin`",
        "refs/wf/env/production: taken from `origin`",
        f"refs/wf/runs/{ref.split('/')[3]}/R1: taken from `origin`",
    ]
    assert damaged.git("for-each-ref", "refs/wf", "refs/notes/wf") == refs


def test_notes_and_environments_come_back_from_the_runs(damaged: Project) -> None:
    note = damaged.note()
    for ref in ("refs/wf/env/production", "refs/notes/wf"):
        point_nowhere(damaged, ref)
    assert mended(damaged) == [
        "refs/wf/env/production: deleted: what it pointed to is not here",
        "refs/notes/wf: deleted: what it pointed to is not here",
        "refs/wf/env/production: stands at run `R1` again",
        "refs/wf/env/production: stands at run `R2` again",
        "refs/notes/wf, C2: 3 lines added from its runs",
        "refs/notes/wf, C1: 3 lines added from its runs",
    ]
    assert damaged.note() == note
    before = damaged.ledger()
    assert damaged.wf("reconcile").err == "nothing to do on main\n"
    assert damaged.ledger() == before


def test_a_summary_that_is_not_what_the_events_say(damaged: Project) -> None:
    ref = damaged.ended()[0]
    damaged.git("worktree", "add", "--quiet", "--detach", "../bad", ref)
    bad = damaged.path.with_name("bad")
    (bad / ".wf/run.json").write_text("{}")
    damaged.git("-C", str(bad), "commit", "--quiet", "--all", "--amend", "--message", "x")
    damaged.git("update-ref", ref, damaged.git("-C", str(bad), "rev-parse", "HEAD"))
    damaged.git("worktree", "remove", "--force", str(bad))
    assert mended(damaged) == [
        f"refs/wf/runs/{ref.split('/')[3]}/R1:.wf/run.json: written anew from the run's events"
    ]
