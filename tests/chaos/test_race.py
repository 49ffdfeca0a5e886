"""Eight clones with a controller each on one remote, killed, paused and restarted at random.

Time goes by twenty times as fast (`GIT_WF_TIME_SCALE`): a lease lasts six seconds. What the effects did is
counted in a file outside of all clones.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

CLONES, WRITERS, COMMITS, TAKEOVERS = 8, 4, 30, 20
SECONDS = 110.0
"""How long controllers are killed and paused, at most."""

SETTLING = 90.0
"""Seconds after which whatever is not settled by then never is."""

WORKFLOW = """\
define:/work
  ↳ run    → sleep 0.2
  ↳ params → n

define:/deploy
  ↳ run    → echo "$$WF_COMMIT" >> "$$LEDGER"; sleep 0.2
  ↳ effect → production

/work && /deploy
"""
IDLE = "nobody acts"
OPEN = ("running", "waiting")
SETTINGS = '[controller]\nbranches = ["main"]\nremote = "origin"\nowner_lost_after = "5s"\n'


class Event(msgspec.Struct):
    """What counts of a note's line."""

    type: str
    run: str = ""
    status: str = ""


class Lease(msgspec.Struct):
    """What a lease says."""

    holder: str | None
    epoch: int
    seq: int


def git(place: Path, *words: str, check: bool = True) -> str:
    done = subprocess.run(
        ["git", "-C", str(place), *words], capture_output=True, text=True, check=check
    )
    return done.stdout.removesuffix("\n")


class Controller:
    """The controller of a clone."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.paused = False
        self._log = place.with_name(f"{place.name}.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["git-wf", "controller"],
            cwd=self.place,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self.is_running:
            self._process.send_signal(number)
            self.paused = number is signal.SIGSTOP

    def end(self, number: signal.Signals) -> None:
        self.send(signal.SIGCONT)
        self.send(number)
        if self._process is not None:
            self._process.wait(60)

    def close(self) -> None:
        self.end(signal.SIGKILL)
        self._log.close()


class World:
    """The remote and its clones."""

    def __init__(self, root: Path) -> None:
        self.hub = root / "hub"
        self.ledger = root / "ledger"
        git(root, "init", "--quiet", "--bare", "--initial-branch=main", str(self.hub))
        git(self.hub, "config", "core.logAllRefUpdates", "always")
        first = self.clone("writer-0")
        (first / "workflows").mkdir()
        (first / "workflows" / "main.wf").write_text(WORKFLOW)
        (first / "wf.toml").write_text(SETTINGS)
        (first / "params.yaml").write_text("n: 0\n")
        git(first, "add", "--all")
        git(first, "commit", "--quiet", "--message", "First")
        git(first, "push", "--quiet", "origin", "HEAD:main")
        self.writers = [first, *(self.clone(f"writer-{n}") for n in range(1, WRITERS))]
        self.controllers = [Controller(self.clone(f"clone-{n}")) for n in range(CLONES)]

    def clone(self, name: str) -> Path:
        place = self.hub.with_name(name)
        git(self.hub, "clone", "--quiet", str(self.hub), str(place))
        return place

    def commit(self, number: int) -> None:
        """Have one of the writers push a commit, whatever the others do."""
        writer = self.writers[number % WRITERS]
        for _ in range(20):
            git(writer, "fetch", "--quiet", "origin", "main")
            git(writer, "reset", "--quiet", "--hard", "FETCH_HEAD")
            (writer / "params.yaml").write_text(f"n: {number}\n")
            git(writer, "commit", "--quiet", "--all", "--message", f"Commit {number}")
            pushed = ["git", "-C", str(writer), "push", "--quiet", "origin", "HEAD:main"]
            if not subprocess.run(pushed, capture_output=True, check=False).returncode:
                return
        pytest.fail("a commit could not be pushed")

    def commits(self) -> list[str]:
        return git(self.hub, "rev-list", "main").split()

    def leases(self) -> list[Lease]:
        """Return all that the lease ever said, oldest first."""
        words = ("log", "--walk-reflogs", "--format=%B%x00", "refs/wf/lease/default")
        texts = git(self.hub, *words, check=False).split("\0")
        found = [msgspec.json.decode(text, type=Lease) for text in texts if text.strip()]
        return found[::-1]

    def takeovers(self) -> int:
        """Return how often somebody took a lease that its holder had not freed."""
        known = self.leases()
        return sum(1 for old, new in pairwise(known) if old.holder and new.epoch > old.epoch)

    def holder(self) -> Controller | None:
        with suppress(subprocess.CalledProcessError, msgspec.DecodeError, IndexError):
            text = git(self.hub, "log", "-1", "--format=%B", "refs/wf/lease/default")
            holder = msgspec.json.decode(text, type=Lease).holder
            pid = int((holder or "::0").split(":")[2])
            return next((c for c in self.controllers if c.pid == pid and not c.paused), None)
        return None

    def events(self, commit: str) -> list[Event]:
        text = git(self.hub, "notes", "--ref=wf", "show", commit, check=False)
        return [msgspec.json.decode(line, type=Event) for line in text.splitlines() if line]

    def runs(self) -> dict[str, list[dict[str, object]]]:
        """Return the records of all runs that the remote has, by commit."""
        refs = git(self.hub, "for-each-ref", "--format=%(refname)", "refs/wf/runs").split()
        found: dict[str, list[dict[str, object]]] = {}
        for ref in refs:
            record = msgspec.json.decode(git(self.hub, "show", f"{ref}:.wf/run.json"))
            found.setdefault(str(record["commit"]), []).append(record)
        return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.05")
    monkeypatch.setenv("LEDGER", str(tmp_path / "ledger"))
    world = World(tmp_path)
    yield world
    for controller in world.controllers:
        controller.close()


def disturb(world: World, chance: random.Random) -> str:
    """Do something bad to whoever acts, or to anybody; or bring somebody back."""
    resting = [c for c in world.controllers if c.paused or not c.is_running]
    if len(resting) > CLONES // 2 or (resting and chance.random() < 0.4):
        back = chance.choice(resting)
        if back.paused:
            back.send(signal.SIGCONT)
            return "continued"
        back.start()
        return "restarted"
    victim = world.holder()
    if victim is None:
        return IDLE
    if chance.random() < 0.35:
        victim.send(signal.SIGSTOP)
        return "paused"
    victim.end(signal.SIGKILL)
    return "killed"


def wait_for(look: Callable[[], bool]) -> None:
    """Wait until what is seen is true; what does not come in so long never comes."""
    deadline = time.monotonic() + SETTLING
    while not look():
        assert time.monotonic() < deadline, "some commits are never decided"
        time.sleep(0.5)


def undecided(world: World) -> list[str]:
    """Return the commits that have neither a run that is over, nor are on record as asking for none."""
    runs = world.runs()
    open_ = [c for c, known in runs.items() if any(r["status"] in OPEN for r in known)]
    noted = (c for c in world.commits() if c not in runs)
    none = [c for c in noted if all(event.type != "run.none" for event in world.events(c))]
    head = world.commits()[0]
    lost = [head] if head in runs and not any(map(counts, runs[head])) else []
    return [*open_, *none, *lost]


def counts(record: dict[str, object]) -> bool:
    """Return whether a run settles its commit: one that was lost before any effect does not."""
    return record["status"] != "lost" or bool(record["envs"])


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_nothing_is_done_twice_and_nothing_is_lost(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(os.environ.get("RACE_SEED", "8"))  # noqa: S311
    for controller in world.controllers:
        controller.start()
    wait_for(lambda: not undecided(world))
    done: Counter[str] = Counter()
    begun = time.monotonic()
    committed = 0
    while (passed := time.monotonic() - begun) < SECONDS:
        if committed < COMMITS and passed > committed * (SECONDS * 0.8) / COMMITS:
            committed += 1
            world.commit(committed)
        what = disturb(world, chance)
        done[what] += 1
        if committed == COMMITS and world.takeovers() >= TAKEOVERS:
            break
        time.sleep(0.2 if what == IDLE else chance.uniform(0.5, 1.2))
    while committed < COMMITS:
        committed += 1
        world.commit(committed)
    for controller in world.controllers:
        controller.send(signal.SIGCONT)
        if not controller.is_running:
            controller.start()
    wait_for(lambda: not undecided(world))
    for controller in world.controllers:
        controller.end(signal.SIGTERM)
    check(world, done, record_property)


def check(world: World, done: Counter[str], record_property: Callable[[str, object], None]) -> None:
    runs = world.runs()
    counted = Counter(str(r["status"]) for known in runs.values() for r in known)
    effects = Counter(world.ledger.read_text().split())
    takeovers = world.takeovers()
    figures = {
        "commits": len(world.commits()),
        "runs": dict(counted),
        "effects": sum(effects.values()),
        "epochs": world.leases()[-1].epoch,
        "take-overs": takeovers,
        **done,
    }
    record_property("race", msgspec.json.encode(figures).decode())
    assert takeovers >= TAKEOVERS, figures
    assert not [commit for commit, times in effects.items() if times > 1], figures
    for commit in world.commits():
        assert sum(map(counts, runs.get(commit, []))) <= 1, (commit, runs[commit])
    check_clones(world)


def reconciled(place: Path) -> int:
    done = subprocess.run(["git-wf", "reconcile"], cwd=place, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode


def check_clones(world: World) -> None:
    """Check that all clones can be brought to one and the same, and that git finds nothing wrong."""
    git(world.hub, "fsck", "--strict", "--no-dangling")
    for controller in world.controllers:
        statuses = [reconciled(controller.place) for _ in range(2)]
        # The first ends what was left of runs that others have ended meanwhile.
        assert statuses[0] in (0, 1)
        assert statuses[1] == 0
    tip = git(world.hub, "rev-parse", "refs/notes/wf")
    for controller in world.controllers:
        git(controller.place, "fsck", "--strict", "--no-dangling")
        ours = git(controller.place, "rev-parse", "refs/notes/wf")
        assert git(controller.place, "merge-base", "--is-ancestor", ours, tip, check=False) == ""
        status = msgspec.json.decode(
            subprocess.run(
                ["git-wf", "status", "--json"],
                cwd=controller.place,
                capture_output=True,
                check=True,
            ).stdout
        )
        assert status["unpushed"] == []
