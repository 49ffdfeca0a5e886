"""`git wf doctor`: what is set up, and what to do where it is not."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.ssh.conftest import Box


def checked(project: Project, status: int) -> dict[str, tuple[bool, str, str | None]]:
    found = json.loads(project.done("doctor", "--json", status=status))
    return {one["what"]: (one["sound"], one["found"], one["hint"]) for one in found}


def test_all_is_well(remote: Project, box: Box) -> None:
    found = checked(remote, 0)
    version = found.pop("git")[1]
    assert re.fullmatch(r"[\d.]+", version)
    sound, said, _ = found["machine `box`"]
    assert sound
    assert said.endswith(f"@127.0.0.1:{box.server.port} answers, jobs are in `{box.root()}`")
    assert [what for what, (sound, _, _) in found.items() if not sound] == []


def test_what_is_wrong(remote: Project, box: Box) -> None:
    remote.git("remote", "add", "origin", "/nowhere")
    box.server.stop()
    found = checked(remote, 1)
    assert found["machine `box`"][::2] == (
        False,
        "nothing listens there: does the machine run `sshd`, and on this port?",
    )
    assert found["remote `origin`"] == (
        False,
        "fatal: '/nowhere' does not appear to be a git repository",
        "`git ls-remote origin` has to work for whoever runs the controller",
    )
    done = remote.wf("doctor")
    assert (
        "no  remote `origin`: fatal: '/nowhere' does not appear to be a git repository\n    "
        in done.out
    )
    assert done.err == "2 faults\n"


def test_settings_with_errors(remote: Project) -> None:
    (remote.path / "wf.toml").write_text("[controler]\n")
    assert checked(remote, 1)["wf.toml"] == (False, "1 error", "`git wf validate` shows them")
