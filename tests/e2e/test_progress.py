"""What a person sees of a run on a terminal: what runs, for how long, what it said last."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project

    WaitFor = Callable[[Callable[[], object]], object]

MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]")
SIZE = ("COLUMNS", "LINES")
"""Variables that win over the size of a terminal; pytest-xdist and readline set them."""

COLOURS = re.compile(r"\x1b\[[0-9;]*m")

TALK = """\
define:/talk name=""
  ↳ run → echo "step 1 of $name"; printf '\\033[31m50%%\\r100%% of $name'; until [ -e "$$GATE" ]; do sleep 0.02; done

"""


class Terminal:
    """A `git wf` whose standard error is a terminal of so many columns and lines."""

    def __init__(self, words: str, project: Project, columns: int = 80, lines: int = 24) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.data = project.path.with_name("data")
        with self.data.open("wb") as data:
            self._process = subprocess.Popen(
                ["git-wf", *words.split()],
                cwd=project.path,
                env={name: value for name, value in os.environ.items() if name not in SIZE},
                stdin=subprocess.DEVNULL,
                stdout=data,
                stderr=theirs,
            )
        os.close(theirs)
        self._seen = bytearray()
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    def _read(self, ours: int) -> None:
        try:
            while read := os.read(ours, 4096):
                self._seen += read
        except OSError:  # how Linux says that the other side is closed
            pass
        os.close(ours)

    @property
    def shown(self) -> str:
        """All that was shown, without movements of the cursor and colours."""
        return COLOURS.sub("", self.raw)

    @property
    def raw(self) -> str:
        """All that was shown, without movements of the cursor."""
        return MOVES.sub("", bytes(self._seen).decode(errors="replace"))

    def end(self) -> int:
        """Wait for its end and return its exit status."""
        status = self._process.wait(100)
        self._reader.join(100)
        return status


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR")


@pytest.mark.parametrize("words", ["run workflows/main.wf", "reconcile"])
def test_what_runs_and_what_it_said_last(gated: Project, wait_for: WaitFor, words: str) -> None:
    gated.commit({"workflows/main.wf": f"on:commit\n{TALK}/talk one\n"})
    terminal = Terminal(words, gated)
    wait_for(lambda: re.search(r"  0:\d\d  /talk one  100% of one\r\n", terminal.shown))
    assert re.search(r"  0:\d\d  0 done", terminal.shown)
    gated.open_gate()
    assert terminal.end() == 0
    assert re.search(r"  /talk one: succeeded in \d", terminal.shown)
    assert re.search(r"main.wf: succeeded in .*, 1 executed, 0 restored *\r\n", terminal.shown)
    assert terminal.data.read_bytes() == b""
    assert COLOURS.search(terminal.raw)


def test_more_than_there_is_room_for(gated: Project, wait_for: WaitFor) -> None:
    arms = " & ".join(f"/talk {number}" for number in range(1, 10))
    settings = '[controller]\nbranches = ["main"]\njobs = 20\n'
    gated.commit({"workflows/main.wf": f"{TALK}{arms}\n", "wf.toml": settings})
    terminal = Terminal("run workflows/main.wf", gated, columns=30, lines=7)
    wait_for(lambda: "5 more running, 0 done" in terminal.shown)
    gated.open_gate()
    assert terminal.end() == 0
    drawn = re.findall(r"  0:0.*?(?=  0:0|[\r\n])", terminal.shown)
    assert max(map(len, drawn)) <= 30


def test_without_colour(gated: Project, monkeypatch: pytest.MonkeyPatch, wait_for: WaitFor) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    gated.commit({"workflows/main.wf": f"{TALK}/talk one\n"})
    terminal = Terminal("run workflows/main.wf", gated)
    wait_for(lambda: "100% of one" in terminal.shown)
    gated.open_gate()
    assert terminal.end() == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", terminal.raw)


def test_secrets_are_not_shown(
    gated: Project, monkeypatch: pytest.MonkeyPatch, wait_for: WaitFor
) -> None:
    monkeypatch.setenv("API_TOKEN", "open-sesame")
    text = """\
define:/tell
  ↳ run     → echo "it is $$API_TOKEN"; until [ -e "$$GATE" ]; do sleep 0.02; done
  ↳ secrets → API_TOKEN

/tell
"""
    gated.commit({"workflows/main.wf": text})
    terminal = Terminal("run workflows/main.wf", gated)
    wait_for(lambda: "it is ***" in terminal.shown)
    assert gated.done("logs", "latest") == "it is ***\n"
    gated.open_gate()
    assert terminal.end() == 0
    assert "sesame" not in terminal.shown


@pytest.mark.parametrize("name", ["dumb", "json"])
def test_where_nothing_can_move(gated: Project, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    gated.commit({"workflows/main.wf": f"{TALK}/talk one\n"})
    gated.open_gate()
    monkeypatch.setenv("TERM", name)
    terminal = Terminal(f"run workflows/main.wf{' --json' if name == 'json' else ''}", gated)
    assert terminal.end() == 0
    assert "\x1b" not in bytes(terminal._seen).decode()
    data = terminal.data.read_text()
    if name == "json":
        assert (terminal.shown, "run.finished" in data.splitlines()[-1]) == ("", True)
    else:
        assert ("succeeded" in terminal.shown, data) == (True, "")


GROW = """\
define:/grow
  ↳ run  → until [ -e "$$GATE" ]; do sleep 0.02; done; truncate -s 500M model.bin
  ↳ outs → model.bin

/grow
"""


def test_how_far_a_large_out_has_come(gated: Project, wait_for: WaitFor) -> None:
    gated.commit({"workflows/main.wf": GROW})
    gated.done("init")
    gated.commit({})
    terminal = Terminal("run workflows/main.wf", gated, columns=100)
    wait_for(lambda: "  0 done" in terminal.shown)
    gated.open_gate()
    wait_for(lambda: re.search(r"  saving model.bin  ━+─+  \d.*B of 524.3 MB", terminal.shown))
    assert terminal.end() == 0
