"""`git wf gc` on other machines: what no job has used for long goes, and nothing that one needs."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from tests.e2e.ssh.test_stage import ON_BOX, play

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Project
    from tests.e2e.ssh.conftest import Box

ONE = "\n[keep]\nenv = 1\nruns = 1\ndays = 0\n"
NOTHING = "nothing to free: `[keep]` covers all that is there\n"


def age(path: Path, days: float) -> None:
    """Make a file look as if it had not been touched for so many days."""
    then = time.time() - days * 86400
    os.utime(path, (then, then))


def test_what_no_job_has_used_for_long_is_freed(remote: Project, box: Box) -> None:
    box.server.restart(LEDGER=os.environ["LEDGER"])
    play(remote, ON_BOX)
    assert remote.wf("gc").err == NOTHING
    store = box.objects()
    for path in (box.root() / "objects").iterdir():
        age(path, 31)
    left = box.root() / "incoming" / "half"
    left.write_bytes(bytes(1500))
    age(left, 31)
    size = sum(map(len, store.values())) + 1500
    freed = f"{size / 1000:.1f} kB: {len(store) + 1} objects on `box`\n"
    assert remote.wf("gc", "--dry-run").err == f"would free {freed}"
    assert box.objects() == store
    assert remote.wf("gc").err == f"freed {freed}"
    assert (box.objects(), left.exists()) == ({}, False)
    assert remote.wf("gc").err == NOTHING


def test_what_a_job_uses_again_stays(remote: Project, box: Box) -> None:
    box.server.restart(LEDGER=os.environ["LEDGER"])
    play(remote, ON_BOX)
    for path in (box.root() / "objects").iterdir():
        age(path, 31)
    remote.commit({"params.yaml": "rate: 0.8\n"}, "Train again")
    remote.done("run", "workflows/main.wf")
    yesterday = time.time() - 86400
    stored = (box.root() / "objects").iterdir()
    used = {path.name for path in stored if path.stat().st_mtime > yesterday}
    assert remote.wf("gc").err == "freed 10 bytes: 1 object on `box`\n"
    assert box.objects().keys() == used
    assert not {b"1\n", b"rate: 0.8\n"} - set(box.objects().values())
    assert b"rate: 0.9\n" not in box.objects().values()


def test_claims_of_runs_that_went_go_with_them(remote: Project, box: Box) -> None:
    box.server.restart(LEDGER=os.environ["LEDGER"])
    with (remote.path / "wf.toml").open("a") as file:
        file.write(ONE)
    play(remote, ON_BOX)
    remote.commit({"params.yaml": "rate: 0.8\n"}, "Train again")
    remote.done("run", "workflows/main.wf")
    newer, older = (record.run for record in remote.log())
    claims = box.root() / "claims"
    assert {path.name for path in claims.iterdir()} == {newer, older}
    for path in claims.iterdir():
        age(path, 2)
    assert remote.wf("gc").err.splitlines()[-2:] == [
        "freed 0 bytes: 1 claim on `box`",
        "archived 1 run",
    ]
    assert [path.name for path in claims.iterdir()] == [newer]


def test_a_machine_that_cannot_be_reached_is_passed_over(remote: Project, box: Box) -> None:
    remote.commit({}, "Box")
    box.server.stop()
    done = remote.wf("gc")
    assert done.status == 0
    nothing, passed = done.err.splitlines()
    assert f"{nothing}\n" == NOTHING
    assert passed.startswith("`box` is passed over: ")
