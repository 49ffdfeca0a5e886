"""The files of services: whole, and read by the programs that they are for."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.app.service import Outcome, agent, install, service_of, uninstall, unit
from gitwf.app.session import Session, UsageError

if TYPE_CHECKING:
    from tests.conftest import Folder

UNIT = """\
[Unit]
Description=git-wf controller of /home/ada/100%% "mine"

[Service]
WorkingDirectory=/home/ada/100%% "mine"
Environment="PATH=/a b:/usr/bin"
ExecStart="/usr/bin/python3" "-m" "gitwf" "controller" "--branch" "a \\"b\\" $$c %%d"
KillMode=process
Restart=on-failure
RestartSec=10

[Install]
WantedBy=default.target
"""
PLACE = Path('/home/ada/100% "mine"')
PROGRAM = ("/usr/bin/python3", "-m", "gitwf", "controller", "--branch", 'a "b" $c %d')


def test_a_unit_says_each_word_as_it_is() -> None:
    assert unit(PROGRAM, PLACE, {"PATH": "/a b:/usr/bin"}) == UNIT


def test_systemd_finds_nothing_wrong_with_a_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd here")
    path = tmp_path / "git-wf-test.service"
    path.write_text(unit((sys.executable, "-m", "gitwf", "controller"), tmp_path, {"PATH": "/a b"}))
    words = ["systemd-analyze", "--user", "verify", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "git-wf-test.service" not in done.stderr


def test_an_agent_is_a_property_list() -> None:
    text = agent("org.git-wf-x", PROGRAM, PLACE, {"PATH": "/bin"}, Path("/log"))
    assert plistlib.loads(text.encode()) == {
        "Label": "org.git-wf-x",
        "ProgramArguments": list(PROGRAM),
        "WorkingDirectory": str(PLACE),
        "EnvironmentVariables": {"PATH": "/bin"},
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "AbandonProcessGroup": True,
        "StandardErrorPath": "/log",
        "StandardOutPath": "/log",
    }


def test_a_service_is_written_and_deleted_whatever_its_system_says(
    folder: Folder, tmp_path: Path
) -> None:
    session = Session(folder.path, {"HOME": str(tmp_path), "PATH": "/bin"})
    service = service_of(session, PROGRAM, "linux", 1000)
    assert service.path.parent == tmp_path / ".config" / "systemd" / "user"
    assert service.path.name.startswith("git-wf-work-")
    service = type(service)(
        service.path, service.text, (("true",), ("no-such-program",), ("true",)), (("false",),)
    )
    outcome = install(service)
    assert outcome == Outcome(
        "there is no `no-such-program` here", (("no-such-program",), ("true",))
    )
    assert service.path.read_text() == service.text
    assert uninstall(service) == Outcome("it failed", (("false",),))
    assert not service.path.exists()
    with pytest.raises(UsageError):
        uninstall(service)


def test_on_a_mac_it_is_an_agent(folder: Folder, tmp_path: Path) -> None:
    session = Session(folder.path, {"HOME": str(tmp_path)})
    service = service_of(session, PROGRAM, "darwin", 501)
    assert service.path.parent == tmp_path / "Library" / "LaunchAgents"
    label = service.path.stem
    assert service.stop == (("launchctl", "bootout", f"gui/501/{label}"),)
    with pytest.raises(UsageError):
        service_of(session, PROGRAM, "win32", 1)
