"""Pipes between commands: they stream, and they end as those of a shell do."""

from __future__ import annotations

import gc
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.engine.unit.stop import CANCELLED
from gitwf.records.event import Event, StepStarted

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play, Steps

COMMANDS = """\
define:/lines
  ↳ run → printf 'b\\na\\n'
define:/sort
  ↳ run → sort
define:/upper
  ↳ run → tr a-z A-Z
define:/head n=1
  ↳ run → head -n $n
define:/numbers to=1000000
  ↳ run → seq 1 $to
define:/yes
  ↳ run → yes
define:/count
  ↳ run → wc -l
define:/code n=1
  ↳ run → cat > /dev/null; exit $n
define:/first text
  ↳ run → head -n 1; echo $text >> log
"""

CASES: dict[str, tuple[str, str, str]] = {
    "two": ("/lines | /sort > x\n/log $x", "a b", "succeeded"),
    "three": ("/lines | /sort | /upper > x\n/log $x", "A B", "succeeded"),
    "groups": (
        "{ /echo b; /echo a } | { /sort | /upper } > x\n/log $x",
        "A B",
        "succeeded",
    ),
    "readers in turn": ("/numbers 3 | { /code 0 ; /count > n } ; /log end", "end", "succeeded"),
    "a reader that reads nothing": ("/echo a | /log b", "b", "succeeded"),
    "a reader that ends first": ("/yes | /head 2 > x\n/log $x", "y y", "succeeded"),
    "built-in writers are ended too": (
        "/numbers 99999 > n.txt\n{ /echo ${read('n.txt')} && /log no } | /head > x\n/log $x",
        "1",
        "succeeded",
    ),
    "a chain of readers that end": ("/yes | /yes | /head > x\n/log $x", "y", "succeeded"),
    "the result is the last one's": ("$x = /echo 1 | /count\n/log $x$result", "11", "succeeded"),
    "any part that fails": ("/log a 3 | /count\n/log no", "a", "failed"),
    "the rightmost failure": ("/code 3 | /code 4 | /code 0 ; /log $status", "4", "succeeded"),
    "141 of its own is a failure": ("/code 141 | /count ; /log $status", "141", "succeeded"),
    "behind a file nothing": ("/lines > f.txt | /count > n\n/log $n", "0", "succeeded"),
    "behind a variable all": ("/lines > v | /count > n\n/log $n$v", "2b a", "succeeded"),
    "what a part assigns": ("{ $x = 1 } | { $y = 2 }\n/log $x$y", "12", "succeeded"),
    "results within a part": (
        "{ /echo 5 ; /log $result } | /count > n\n/log $n",
        "5 2",
        "succeeded",
    ),
    "a directive in a pipe": ("/lines | if:true → /sort > x\n/log $x", "a b", "succeeded"),
    "a fork in a pipe": ("fork:1 → /echo a & /echo b | /count > n\n/log $n", "1", "succeeded"),
    "a fork in a group in a pipe": (
        "{ fork:1 → /echo a & /echo b } | /count > n\n/log $n",
        "2",
        "succeeded",
    ),
    "every attempt streams": (
        "{ retry:2 → { /echo x ; /fail } } | /count > n ; /log $n",
        "3",
        "succeeded",
    ),
    "a deadline of a part": (
        "{ timeout:200ms → /yes } | /code 0 ; /log $status",
        "124",
        "succeeded",
    ),
    "a deadline around it": ("timeout:300ms → /yes | /code 0 ; /log $status", "124", "succeeded"),
    "a background job does not read": (
        "/lines | { /count > b & /sort > x\nbarrier }\n/log $x",
        "a b",
        "succeeded",
    ),
}


@pytest.mark.parametrize(("workflow", "log", "status"), CASES.values(), ids=CASES)
def test_pipe(play: Play, workflow: str, log: str, status: str) -> None:
    record = play(f"{COMMANDS}{workflow}")
    assert (" ".join(play.log()), record.status) == (log, status)


TALK = """\
define:/talk
  ↳ run → echo go; until [ -e heard ]; do sleep 0.02; done; echo saw >> log
define:/hear
  ↳ run → read line; touch heard; cat > /dev/null
"""


def test_both_run_at_once(play: Play) -> None:
    assert play(f"{TALK}/talk | /hear").status == "succeeded"
    assert play.log() == ["saw"]


def test_the_record_says_that_a_writer_was_ended(play: Play, steps: type[Steps]) -> None:
    record = play(f"{COMMANDS}/yes | /head")
    assert sorted((b.step, b.status, b.exit) for b in steps(record).bodies) == [
        ("11/1", "failed", 128 + signal.SIGPIPE),
        ("11/2", "succeeded", 0),
    ]


def test_no_pipe_stays_open(play: Play) -> None:
    play("/echo a")
    gc.collect()
    before = len(list(Path("/dev/fd").iterdir()))
    play(f"{COMMANDS}/lines | {{ /sort | /upper }} | /count ; /yes | /head ; /code 3 | /fail")
    gc.collect()
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_an_interrupt_ends_all_parts(play: Play) -> None:
    def listen(event: Event) -> None:
        if isinstance(event.body, StepStarted) and event.body.command == "/code":
            threading.Timer(0.2, play.stop.set, (CANCELLED,)).start()

    began = time.monotonic()
    record = play(f"{COMMANDS}/yes | /code 0 ; /log never", listen)
    assert (record.status, play.log()) == ("cancelled", [])
    assert time.monotonic() - began < 9


def test_what_was_joined_by_a_pipe_is_taken_up(play: Play) -> None:
    play(f"{COMMANDS}/lines | /sort > x\n/log $x")
    log = play.log()
    for events in range(2, len(play.events())):
        play.forget(events)
        again = play.again()
        if again.status == "failed":
            assert again.error is not None
            assert (again.error.kind, again.error.message) == (
                "lost",
                "its pipe ended with the controller that held it",
            )
        else:
            assert play.log() == log
