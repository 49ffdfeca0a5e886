"""Stands in for a coding agent: does what the last word of its prompt says, well or badly.

Prints a result as `claude -p --output-format json` and `droid exec -o json` do.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

RESULT = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "num_turns": 7,
    "result": "All done.",
    "session_id": "3f0c",
    "total_cost_usd": 0.12,
    "permission_denials": [],
}


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def commit(name: str, text: str, message: str = "Change") -> None:
    write(name, text)
    git("add", "--force", name)
    git("commit", "--quiet", "--message", message)


def say(**changed: object) -> None:
    sys.stdout.write(json.dumps({**RESULT, **changed}) + "\n")


def commits() -> None:
    commit("feature.py", "print(1)\n", "Write the feature")
    commit("test_feature.py", "import feature\n", "Test the feature")
    say()


def dirt() -> None:
    write("feature.py", "print(1)\n")
    write("train.py", "print('better')\n")
    write("scratch.log", "ignored\n")
    say()


def both() -> None:
    commit("feature.py", "print(1)\n", "Write the feature")
    write("notes.txt", "to do\n")
    say()


def nothing() -> None:
    say(result="There was nothing to do.")


def lies() -> None:
    say(result="I wrote feature.py, committed it, and all tests pass.")


def empty() -> None:
    git("commit", "--quiet", "--allow-empty", "--message", "Pretend")
    say()


def hangs() -> None:
    write("half.py", "print(\n")
    started()
    time.sleep(600)


def deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hangs()


def waits() -> None:
    """Go on as soon as the test opens the gate."""
    commit("early.py", "print(1)\n", "Begin")
    started()
    while not (LEDGER.parent / "gate").exists():
        time.sleep(0.02)
    commit("late.py", "print(2)\n", "End")
    say()


def forks() -> None:
    """Leave a child behind that would go on to write."""
    child = subprocess.Popen(["sh", "-c", "sleep 600; echo late > late.txt"])
    (LEDGER.parent / "child").write_text(str(child.pid))
    commits()


def protected() -> None:
    commit("main.wf", "/echo owned\n")
    commit(".github/workflows/ci.yml", "on: push\n")
    commit("feature.py", "print(1)\n")
    say()


def broken() -> None:
    commit("feature.py", "print(1)\n")
    sys.stdout.write(json.dumps(RESULT)[:40])


def silent() -> None:
    commit("feature.py", "print(1)\n")


def denied() -> None:
    write("feature.py", "print(1)\n")
    denial = {"tool_name": "Bash", "tool_use_id": "t1", "tool_input": {"command": "pytest"}}
    say(permission_denials=[denial, denial, {"tool_name": "WebFetch"}])


def api() -> None:
    say(is_error=True, result="API Error: 529 overloaded")


def turns() -> None:
    commit("feature.py", "print(1)\n")
    say(subtype="error_max_turns", is_error=True, result="")
    sys.exit(1)


def crashes() -> None:
    write("half.py", "print(\n")
    sys.stderr.write("Traceback: no such model\n")
    sys.exit(3)


def rewrites() -> None:
    git("checkout", "--quiet", "--orphan", "fresh")
    commit("feature.py", "print(1)\n")
    say()


def wanders() -> None:
    git("checkout", "--quiet", "-b", "elsewhere")
    commit("feature.py", "print(1)\n")
    say()


def locks() -> None:
    """Die as one that was killed in the middle of a commit."""
    write("feature.py", "print(1)\n")
    Path(git("rev-parse", "--git-path", "index.lock")).write_text("")
    say()


def vanishes() -> None:
    commit("feature.py", "print(1)\n")
    place = Path.cwd()
    os.chdir("/")
    subprocess.run(["rm", "-rf", str(place)], check=True)
    say()


def conflicts() -> None:
    commit("train.py", f"print({sys.argv[-1]!r})\n")
    say()


def pushes() -> None:
    commit("feature.py", "print(1)\n")
    done = subprocess.run(
        ["git", "push", "origin", "HEAD:refs/heads/stolen"],
        capture_output=True,
        text=True,
        check=False,
    )
    say(result=f"push: {done.returncode}")


def looks() -> None:
    """Say what it was given."""
    commit("feature.py", "print(1)\n")
    seen = {
        "arguments": sys.argv[1:],
        "environment": sorted(os.environ),
        "stdin": sys.stdin.read(),
        "terminal": [os.isatty(n) for n in range(3)],
        "cwd": str(Path.cwd()),
        "branch": git("symbolic-ref", "HEAD"),
        "secret": os.environ.get("FAKE_API_KEY"),
        "status": git("status", "--porcelain"),
    }
    say(result=json.dumps(seen))


def reviews() -> None:
    say(result="It is good.")


def reports() -> None:
    write("reports/review.md", "It is good.\n")
    say()


def feature() -> None:
    """Do what the ideas of `workflows/agents` say."""
    write("shorten.py", "def shorten(slug, length):\n    return slug[:length].rstrip('-')\n")
    commit(
        "test_shorten.py",
        "import unittest\nfrom shorten import shorten\n\n"
        "class TestShorten(unittest.TestCase):\n"
        "    def test_short(self):\n        self.assertEqual(shorten('a-bc', 2), 'a')\n",
        "Test it",
    )
    say()


def speed() -> None:
    """Make `slugs.py` of `workflows/agents` faster, as its prompt asks for."""
    path = Path("slugs.py")
    slow = 'words = words + (letter if letter.isalnum() else " ")'
    assert slow in path.read_text()
    path.write_text(path.read_text().replace(slow, slow.replace("words = words +", "words +=")))
    say()


def gossips() -> None:
    """Do nothing but write a diary, as aider does."""
    write(".aider.chat.history.md", "# aider chat\n")
    write(".aider.tags.cache.v4/cache.db", "x")
    sys.stdout.write("I did it all.\n")


def edits() -> None:
    """Change a file, and say so as ``codex exec --json`` does."""
    write("feature.py", "print(1)\n")
    write(".aider.chat.history.md", "# aider chat\n")
    message = {"id": "i1", "type": "agent_message", "text": "All done."}
    for event in (
        {"type": "thread.started", "thread_id": "t1"},
        {"type": "item.completed", "item": message},
        {"type": "turn.completed", "usage": {"output_tokens": 1}},
    ):
        sys.stdout.write(json.dumps(event) + "\n")


def started() -> None:
    with LEDGER.open("a") as ledger:
        ledger.write("started\n")


MODES: dict[str, Callable[[], None]] = {
    mode.__name__: mode
    for mode in (
        *(commits, dirt, both, nothing, lies, empty, hangs, deaf, waits, forks, protected, broken),
        *(silent, denied, api, turns, crashes, rewrites, wanders, locks, vanishes, conflicts),
        *(pushes, looks, reviews, reports, feature, speed, gossips, edits),
    )
}

parser = argparse.ArgumentParser()
parser.add_argument("prompt")
parser.add_argument("--ledger", type=Path, required=True)
parser.add_argument("--mode")
given, _ = parser.parse_known_args()
LEDGER: Path = given.ledger

with LEDGER.open("a") as file:
    file.write("began\n")
mode = MODES[given.mode or given.prompt.split()[-1]]
mode()
with LEDGER.open("a") as file:
    file.write("ended\n")
