"""Chains of ``;``, ``&&``, ``||``, ``|`` and groups mean what they mean to bash with pipefail.

A command reads to the end of what it is given before it writes its name down: so the parts of a
pipeline, which run at once, end in the order of the text.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitwf.engine.flow.flow import Flows
from gitwf.engine.flow.state import State
from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.steps import Steps
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import DONE, Failure, Kind, Outcome, failed
from gitwf.engine.unit.scope import Scope
from gitwf.engine.unit.stop import Stop
from gitwf.language import tree
from gitwf.language.program import load
from gitwf.plan.needs import Needs

if TYPE_CHECKING:
    from tests.property.conftest import Nowhere

BASH = shutil.which("bash")
PRELUDE = """\
set -o pipefail
/c() { while read -r _; do :; done; echo "$1" >&3; return "$2"; }
"""


class Log:
    """Plays commands by writing their names down, after what they read has ended."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def play(self, command: tree.Command, frame: Frame) -> Outcome:
        if frame.streams.stdin is not None:
            while os.read(frame.streams.stdin, 1024):
                pass
        name, code = (
            part.text for word in command.words for part in word.parts if hasattr(part, "text")
        )
        self.names.append(name)
        if code == "0":
            return DONE
        return failed(Failure(Kind.EXIT, "no", "/c", frame.step, int(code)))

    def needs(self, _command: tree.Command) -> Needs:
        return {}


def ours(text: str, folder: Path, nowhere: Nowhere) -> tuple[list[str], int]:
    """Return the names in their order, and the status, as the interpreter has them."""
    log = Log()
    state = State(Steps(nowhere, Memory(), folder), nowhere, nowhere)
    program = load("a.wf", {"a.wf": text}.get)
    frame = Frame(Scope(folder, {}, (), {}), Stop())
    outcome = Flows(log, nowhere, state).block(program.file.block, frame)
    return log.names, outcome.status


def theirs(text: str, folder: Path) -> tuple[list[str], int]:
    """Return the same as bash has them."""
    log = folder / "log"
    with log.open("wb") as file:
        done = subprocess.run(
            [BASH or "bash", "-c", f"exec 3>{log}\n{PRELUDE}{text}"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=file,
        )
    return log.read_text().split(), done.returncode


def _named(shape: str) -> str:
    """Give each command of ``shape`` a name of its own."""
    parts = shape.split("/c _")
    return parts[0] + "".join(f"/c {number}{part}" for number, part in enumerate(parts[1:]))


COMMAND = st.sampled_from((0, 0, 1, 3)).map("/c _ {}".format)


def _joined(units: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from((" ; ", " && ", " || ", " | "))
    return st.lists(st.tuples(units, operators), min_size=1, max_size=5).map(
        lambda pairs: "".join(part for pair in pairs for part in pair)[: -len(pairs[-1][1])]
    )


def _grouped(units: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(units, _joined(units).map("{{ {} ; }}".format))


CHAINS = _joined(_grouped(_grouped(COMMAND))).map(_named)


def _agree(chain: str, folder: Path, nowhere: Nowhere) -> None:
    assert ours(chain, folder, nowhere) == theirs(chain, folder)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chains")


@pytest.mark.skipif(BASH is None, reason="bash is not here")
@settings(max_examples=200, deadline=None)
@given(chain=CHAINS)
def test_chains_mean_what_they_mean_to_bash(place: Path, nowhere: Nowhere, chain: str) -> None:
    _agree(chain, place, nowhere)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(BASH is None, reason="bash is not here")
@settings(max_examples=1500, deadline=None)
@given(chain=CHAINS)
def test_many_chains_mean_what_they_mean_to_bash(place: Path, nowhere: Nowhere, chain: str) -> None:
    _agree(chain, place, nowhere)
