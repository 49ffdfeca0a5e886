"""`/ssh`, `/scp:put` and `/scp:get`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.ssh.conftest import Box

FLOW = """\
/scp:put box model there/model
/scp:put box model/a.bin there/model/
$said = /ssh box sh -c 'cd there/model && cat a.bin && echo made > made.txt'
$evil = "; touch stolen"
/ssh box echo $evil
/scp:get box there/model got/model
/scp:get box there/model/made.txt .
$made = read("made.txt")
$got = read("got/model/deep/b c.txt")
/echo "$said, $made, $got"
"""


def test_there_and_back(remote: Project, box: Box) -> None:
    files = {"model/a.bin": "a\n", "model/deep/b c.txt": "deep\n"}
    remote.commit({"workflows/main.wf": FLOW, **files})
    remote.done("run", "workflows/main.wf")
    run = remote.log()[0]
    assert "a, made, deep" in remote.done("logs", run.run)
    assert not (box.server.home / "stolen").exists()
    there = box.server.home / "there"
    found = sorted(str(p.relative_to(there)) for p in there.rglob("*"))
    assert found == ["model", "model/a.bin", "model/deep", "model/deep/b c.txt", "model/made.txt"]


def test_what_is_wrong_is_said_in_a_line(remote: Project) -> None:
    remote.commit({"workflows/main.wf": "/scp:get box nowhere.txt got.txt\n"})
    failed = remote.wf("run", "workflows/main.wf")
    assert failed.status == 1
    assert "`box`: `nowhere.txt` is not there: there is no nowhere.txt" in failed.err
    remote.commit({"workflows/main.wf": "/scp:put box nowhere.txt got.txt\n"})
    failed = remote.wf("run", "workflows/main.wf")
    assert "there is no `nowhere.txt` in the workspace" in failed.err


def test_a_command_that_fails_there(remote: Project) -> None:
    remote.commit({"workflows/main.wf": '/ssh box sh -c "echo no >&2; exit 3"\n'})
    failed = remote.wf("run", "workflows/main.wf")
    assert "`/ssh` exited with 3: no" in failed.err
