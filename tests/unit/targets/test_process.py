"""Which process is which, where the system tells it in `/proc`, and where `ps` has to be asked."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gitwf.targets import process
from gitwf.targets.process import Process, UntoldError, members, signal_members

WRITES = "LC_ALL=C TZ=UTC0 ps -o lstart= -p $$"
"""What `job.sh` writes where there is no `/proc`."""


@pytest.fixture
def without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have it as on a system that has no `/proc`."""
    monkeypatch.setattr(process, "_BOOT", Path("/nowhere"))


@pytest.mark.usefixtures("without_proc")
def test_ps_tells_what_the_wrapper_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    script = f"{WRITES}; echo; read -r end"
    pipe = subprocess.PIPE
    with subprocess.Popen(["sh", "-c", script], stdin=pipe, stdout=pipe, text=True) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        since = " ".join(shell.stdout.readline().split())
        known = Process(shell.pid, since)
        assert known.is_alive()
        assert not Process(shell.pid, "Sun Nov 22 10:46:54 1970").is_alive()
        shell.stdin.close()
    assert not known.is_alive()


@pytest.mark.usefixtures("without_proc")
def test_without_ps_nobody_can_tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UntoldError) as raised:
        Process(12, "").is_alive()
    assert str(raised.value) == (
        "nobody can tell whether process 12 plays it: there is no `ps` here; install it"
    )


@pytest.mark.usefixtures("without_proc")
def test_elsewhere_nothing_finds_what_left(tmp_path: Path) -> None:
    assert not list(members(tmp_path / "result"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what left")
def test_members_are_those_with_the_very_result(tmp_path: Path) -> None:
    result = tmp_path / "1" / "result"
    names = {"one": f"{result}", "longer": f"{result}s", "another": f"{tmp_path}/2/result"}
    started = {
        name: subprocess.Popen(["sleep", "100"], env={"PATH": "/usr/bin:/bin", "WF_RESULT": value})
        for name, value in names.items()
    }
    try:
        assert list(members(result)) == [started["one"].pid]
        assert signal_members(result, signal.SIGKILL)
        assert started["one"].wait() == -signal.SIGKILL
        assert started["longer"].poll() is None
    finally:
        for child in started.values():
            child.kill()
            child.wait()
