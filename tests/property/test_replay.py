"""A run that is cut off anywhere and played again comes to the same as one that nothing disturbed.

The interpreter, the steps, the memory and the notes are the real ones; commands only say what their
words tell them to. What they ask of the environment changes each time: only a journal can answer it.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from zlib import crc32

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitwf.engine.flow.flow import Flows
from gitwf.engine.flow.part import Part, unless_stopped
from gitwf.engine.flow.state import State
from gitwf.engine.replay.answers import Answers
from gitwf.engine.replay.memory import ROOT, Memory
from gitwf.engine.replay.notes import FlowNotes
from gitwf.engine.replay.steps import Call, Ended, Steps
from gitwf.engine.replay.timers import Timers
from gitwf.engine.replay.values import Values
from gitwf.engine.replay.writing import Writer
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Kind, Outcome, StoppedError, failed
from gitwf.engine.unit.scope import Found, Scope
from gitwf.engine.unit.stop import CANCELLED, Stop
from gitwf.language import tree
from gitwf.language.expand import arguments
from gitwf.language.program import load
from gitwf.language.value import Value
from gitwf.plan.needs import Needs
from gitwf.records.clock import SystemClock, spell
from gitwf.records.event import (
    Body,
    Event,
    FileAppending,
    FileKept,
    StepFinished,
    StepStarted,
    ValueRead,
)


class Tape:
    """A journal in memory, with what the file ``log`` held whenever something was written down.

    At the ``cancel``-th start of a step it has ``on_cancel`` called.
    """

    def __init__(self, log: Path, events: Sequence[Event] = (), cancel: int | None = None) -> None:
        self.events = list(events)
        self.logs: list[bytes] = []
        self.on_cancel: Callable[[], None] = lambda: None
        self._log = log
        self._cancel = cancel
        self._lock = threading.Lock()

    def emit(self, body: Body, extra: Mapping[str, msgspec.Raw] | None = None) -> Event:
        with self._lock:
            at = spell(SystemClock().now())
            event = Event(at, f"{len(self.events):06}", 0, "R", body, extra=dict(extra or {}))
            self.events.append(event)
            self.logs.append(self._log.read_bytes())
            starts = sum(isinstance(known.body, StepStarted) for known in self.events)
        if isinstance(body, StepStarted) and starts == self._cancel:
            self.on_cancel()
        return event

    def said(self) -> list[bytes]:
        """Return what the events say, but for times and the order of what goes on at once."""
        return sorted({msgspec.json.encode((e.type, _timeless(e.body))) for e in self.events})


def _timeless(body: Body) -> Body:
    match body:
        case StepFinished():
            return msgspec.structs.replace(body, seconds=0.0)
        case FileAppending():
            return msgspec.structs.replace(body, size=0)
        case FileKept():
            return msgspec.structs.replace(body, hash="")
        case _:
            return body


class Say:
    """Plays ``/say <word> <status>``: its result is the word."""

    def __init__(self, steps: Steps) -> None:
        self.played: list[str] = []
        self._steps = steps

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        word, status = (argument.text for argument in arguments(command.words, frame.scope))
        call = Call(frame.step, "/say", (word, status), frame.attempt)

        def body() -> Ended:
            self.played.append(call.step)
            if status == "0":
                return Ended(Outcome(result=word, output=(f"{word}\n".encode(),)))
            return Ended(failed(call.failed(Kind.EXIT, f"exited with {status}", int(status))))

        return self._steps.play(call, frame, body).outcome

    def needs(self, _command: tree.Command) -> Needs:
        return {}


class Dice:
    """Answers each question with a number of its own; those that ``events`` answer are not asked."""

    def __init__(self, answers: Answers, events: Sequence[Event]) -> None:
        self._answers = answers
        self._asked = Counter(e.body.step for e in events if isinstance(e.body, ValueRead))

    def ask(self, step: str, function: str, argument: str, _find: Callable[[], Found]) -> Found:
        def roll() -> str:
            self._asked[step] += 1
            return str(crc32(f"{step} {self._asked[step]}".encode()))

        return self._answers.ask(step, function, argument, roll)


class Folderless:
    """Keeps nothing, and finds nothing."""

    def keep(self, path: str) -> None: ...

    def find(self, _path: str) -> bytes | None:
        return None


class End(msgspec.Struct, frozen=True):
    """What a playing came to."""

    said: list[bytes]
    outcome: Outcome
    variables: dict[str, Value]
    log: list[bytes]


def play(text: str, tape: Tape, folder: Path) -> tuple[End, list[str]]:
    """Play ``text`` on from ``tape``; return what it came to, and the steps that it executed."""
    memory = Memory(tape.events)
    steps = Steps(tape, memory, folder / "run")
    timers = Timers(tape, memory, SystemClock())
    notes = FlowNotes(tape, memory, timers, Writer(folder, tape, memory, Folderless()))
    say = Say(steps)
    flows = Flows(say, notes, State(steps, Folderless(), Folderless()))
    answers = Dice(Answers(tape, memory, Values(folder / "run")), tape.events)
    scope = Scope(folder, {}, (), {}, {}, answers)
    whole = Part(ROOT, Stop(notes.stop_of(ROOT)), notes)
    tape.on_cancel = lambda: whole.end(CANCELLED)
    block = load("a.wf", {"a.wf": text}.get).file.block
    try:
        outcome = flows.block(block, Frame(scope, whole.stop))
    except StoppedError as stopped:
        outcome = failed(stopped.failure)
    outcome = msgspec.structs.replace(unless_stopped(outcome, whole), output=())
    log = sorted((folder / "log").read_bytes().splitlines())
    return End(tape.said(), outcome, dict(scope.variables), log), say.played


def _named(text: str) -> str:
    """Give each command of ``text`` a word of its own."""
    words = (f"w{number}" for number in count(1))
    return re.sub("WORD", lambda _: next(words), text)


COMMANDS = st.sampled_from((0, 0, 0, 1)).map("/say WORD {}".format)
HANDLERS = st.one_of(
    COMMANDS,
    st.tuples(COMMANDS, COMMANDS).map("{{\n{0[0]}\n{0[1]}\n}}".format),
)
LEAVES = st.one_of(
    COMMANDS,
    COMMANDS,
    COMMANDS.map("{} >> log".format),
    st.just('/say ${env("N")} 0'),
    COMMANDS.map('if:int(env("N")) % 2 == 0 → {}'.format),
)


def _bodies(flows: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return groups, of lines that may be assignments and handlers."""
    lines = st.one_of(
        flows,
        flows,
        COMMANDS.map("$x = {}".format),
        st.just('$y = env("N")'),
        st.sampled_from(("on_exit", "on_failure", "on_success")).flatmap(
            lambda kind: HANDLERS.map(f"{kind} → {{}}".format)
        ),
    )
    return st.lists(lines, min_size=1, max_size=3).map("\n".join)


def _in_turn(flows: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    units = _bodies(flows).map("{{\n{}\n}}".format)
    return st.one_of(
        units,
        st.tuples(units, st.sampled_from(("&&", "||", "→")), units).map(" ".join),
        units.map("retry:2 → {}".format),
        units.map("timeout:1h → {}".format),
        st.tuples(units, units, units).map(
            lambda u: "try: {} → catch: {} → finally: {}".format(*u)
        ),
        units.map('case:int(env("N")) % 3\n  ↳ 0 → {}\n  ↳ * → /say WORD 0\n'.format),
    )


def _beside(flows: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    units = _bodies(flows).map("{{\n{}\n}}".format)
    return st.one_of(
        _in_turn(flows),
        st.tuples(units, units).map(" & ".join).map("fork:2 → {}".format),
        units.map("sweep:n=1,2 → {}".format),
        # A block that fails ends what is in its background, wherever that is.
        st.tuples(units, units).map("{0[0]} &\n{0[1]} || /say WORD 0\nbarrier".format),
    ).map("{{\n{}\n}}".format)


IN_TURN = _bodies(st.recursive(LEAVES, _in_turn, max_leaves=6)).map(_named)
BESIDE = _bodies(st.recursive(LEAVES, _beside, max_leaves=6)).map(_named)


def _hold(text: str, place: Path, cancel: int | None = None) -> None:
    """Hold every prefix of the journal of ``text`` to the law."""
    (place / "log").write_bytes(b"")
    tape = Tape(place / "log", cancel=cancel)
    first, _ = play(text, tape, place)
    types = [event.type for event in tape.events]
    if cancel is not None and "run.cancelling" not in types:
        return
    for cut in range(types.index("run.cancelling") + 1 if cancel else 0, len(types)):
        # The last thing that happened is written down, or it has not left its traces either.
        for log in {tape.logs[max(0, cut - 1)], tape.logs[cut]}:
            kept = tape.events[:cut]
            (place / "log").write_bytes(log)
            again, played = play(text, Tape(place / "log", kept), place)
            assert again == first, f"cut at {cut}"
            ended = {event.body.step for event in kept if isinstance(event.body, StepFinished)}
            assert not ended & set(played)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("replay")


@settings(max_examples=80, deadline=None)
@given(text=IN_TURN)
def test_in_turn(place: Path, text: str) -> None:
    _hold(text, place)


@settings(max_examples=80, deadline=None)
@given(text=BESIDE)
def test_beside(place: Path, text: str) -> None:
    _hold(text, place)


@settings(max_examples=80, deadline=None)
@given(text=IN_TURN, cancel=st.integers(1, 4))
@example("on_exit → /say w1 0\non_exit → /say w2 0\n/say w3 0", 1)
@example("on_exit → /say w1 0\non_exit → /say w2 0\n/say w3 0", 2)
@example("on_exit → /say w1 0\non_exit → /say $error 0\n/say w3 0", 1)
@example("on_exit → /say $error 0\non_exit → /say w1 0", 1)
@example("on_exit → {\n/say w1 0\n/say w2 0\n}\n/say w3 0", 1)
def test_cancelled(place: Path, text: str, cancel: int) -> None:
    _hold(text, place, cancel)


@pytest.mark.parametrize("first", ["on_exit", "on_success"])
def test_a_cancel_while_a_handler_succeeds_leaves_no_other_out(place: Path, first: str) -> None:
    (place / "log").write_bytes(b"")
    text = f"{first} → /say w1 0\non_exit → /say w2 0\n/say w3 0"
    end, played = play(text, Tape(place / "log", cancel=2), place)
    assert played == ["3", f"1/{first}", "2/on_exit"]
    assert end.outcome.failure == CANCELLED


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=1500, deadline=None)
@given(text=st.one_of(IN_TURN, BESIDE))
def test_many(place: Path, text: str) -> None:
    _hold(text, place)
