"""What is wrong with a machine is said in one line that says what to do, and nothing keeps running."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.sshd import Sshd, make_key
from tests.wrongclock import LIBRARY, needs_faketime

if TYPE_CHECKING:
    from tests.conftest import SmallDisk
    from tests.e2e.conftest import Project
    from tests.e2e.ssh.conftest import Box

WORKFLOW = """\
define:/hello
  ↳ run    → echo hello
  ↳ target → ssh:box
/hello
"""

STAGE = """\
define:/time
  ↳ run    → sleep 1; date +%s > time.txt
  ↳ outs   → time.txt
  ↳ target → ssh:box
/time
"""


def refused(project: Project, table: str) -> str:
    """Return why the command could not be started on the machine that ``table`` says."""
    (project.path / "wf.toml").write_text(table)
    project.commit({"workflows/main.wf": WORKFLOW})
    done = project.wf("run", "workflows/main.wf")
    assert done.status == 1
    assert "Traceback" not in done.err
    found: set[str] = set(re.findall(r"`/hello` could not be started: (.*)", done.err))
    (said,) = found  # of the step, and again of the run
    return said


def test_a_machine_that_is_not_known(ready: Project, box: Box, tmp_path: Path) -> None:
    file = tmp_path / "no hosts"
    said = refused(ready, box.table(known_hosts=str(file)))
    port = box.server.port
    assert re.fullmatch(
        rf"`\w+@127.0.0.1:{port}`: its host key is not known \(ssh-ed25519 SHA256:\S+\): compare it with what "
        rf"the machine says, then `ssh-keyscan -p {port} 127.0.0.1 >> '{file}'`",
        said,
    )


def test_a_machine_whose_key_has_changed(ready: Project, box: Box, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    key = " ".join((tmp_path / "other.pub").read_text().split()[:2])
    file = tmp_path / "known"
    file.write_text(f"[127.0.0.1]:{box.server.port} {key}\n")
    said = refused(ready, box.table(known_hosts=str(file)))
    assert "its host key has changed (now ssh-ed25519 SHA256:" in said
    assert said.endswith(f"`ssh-keygen -R '[127.0.0.1]:{box.server.port}' -f {file}`")


def test_a_key_that_is_not_let_in(ready: Project, box: Box, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    said = refused(ready, box.table(identity=str(tmp_path / "other")))
    assert re.fullmatch(
        rf"`\w+@127.0.0.1:{box.server.port}` takes none of our keys \(tried `{tmp_path}/other`\): add the public "
        r"one to `~/.ssh/authorized_keys` there, or name another with `identity`",
        said,
    )


def test_nothing_that_listens(ready: Project, box: Box) -> None:
    box.server.stop()
    said = refused(ready, box.table())
    assert said.endswith("nothing listens there: does the machine run `sshd`, and on this port?")


def test_no_table_and_no_address(ready: Project, box: Box) -> None:
    said = refused(ready, "[target.box]\nworkdir = '/tmp/x'\n")
    assert (
        said
        == "`[target.box]` has no `ssh`: say `user@host:22`, or a Host of your ssh configuration"
    )
    said = refused(ready, box.table(ssh="a b"))
    assert said.startswith("`[target.box]`: `a b` is no machine")


@pytest.fixture
def jailed(tmp_path: Path) -> Iterator[Sshd]:
    """A machine without a shell: it has nothing at all."""
    if os.geteuid():
        pytest.skip("only root may lock sessions up")
    jail = Path(
        subprocess.run(
            ["mktemp", "-d", "/var/tmp/jail.XXXXXX"], capture_output=True, text=True, check=True
        ).stdout.strip()
    )
    jail.chmod(0o755)
    server = Sshd(tmp_path / "jailed", further=f"ChrootDirectory {jail}")
    server.start()
    yield server
    server.stop()
    jail.rmdir()


def test_no_shell(ready: Project, jailed: Sshd) -> None:
    from tests.e2e.ssh.conftest import Box

    said = refused(ready, Box(jailed).table())
    assert said.endswith("has no `sh` that we may use: jobs need a POSIX shell there")


def test_a_full_disk(ready: Project, box: Box, small_disk: SmallDisk) -> None:
    table = box.table(workdir=str(small_disk.path))
    (ready.path / "wf.toml").write_text(table)
    ready.commit({"workflows/main.wf": WORKFLOW})
    ready.done("run", "workflows/main.wf")
    filler = small_disk.fill()
    (ready.path / "big.bin").write_bytes(os.urandom(1 << 20))
    said = refused(ready, table)
    assert said == f"the disk of `box` is full: free some space below `{small_disk.path}`"
    filler.unlink()
    ready.done("run", "workflows/main.wf")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "read-only"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a file system")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@needs_faketime
@pytest.mark.parametrize("offset", ["-7200", "+7200"])
def test_a_wrong_clock_is_no_matter(ready: Project, box: Box, offset: str) -> None:
    box.server.restart(LD_PRELOAD=str(LIBRARY), FAKETIME=offset)
    (ready.path / "wf.toml").write_text(box.table(setup="echo made > ~/made"))
    ready.commit({"workflows/main.wf": STAGE})
    began = time.time()
    ready.done("run", "workflows/main.wf")
    (record,) = ready.log()
    ready.done("checkout", record.run)
    there = int((ready.path / "time.txt").read_text())
    assert abs(there - began - int(offset)) < 600
    (step,) = (e for e in ready.events(ready.ended()[0]) if e["type"] == "step.finished")
    assert 1 <= float(str(step["seconds"])) < 600
    assert ready.wf("gc").err == "nothing to free: `[keep]` covers all that is there\n"


def test_a_home_that_is_read_only(ready: Project, box: Box, read_only: Path) -> None:
    box.server.restart(HOME=str(read_only))
    said = refused(ready, box.table(workdir="~/.cache/git-wf"))
    assert said.startswith(
        "nothing can be written to `~/.cache/git-wf` of `box` (mkdir: cannot create directory"
    )
    assert said.endswith(
        "Read-only file system): let `workdir` of `[target.box]` name a folder that you may write"
    )
