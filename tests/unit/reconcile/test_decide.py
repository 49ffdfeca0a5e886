"""What a head asks for: the rules of records.md, section 2, one row each."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitwf.reconcile.actions import (
    Action,
    Adopt,
    Cancel,
    Drop,
    Lose,
    NoteNone,
    Refuse,
    Resume,
    Start,
    Withdraw,
)
from gitwf.reconcile.decide import decide, decide_loose
from gitwf.reconcile.known import Desired, Head, KnownRun, Observed

W = "workflows/w.wf"
NOW = "c2"
BEFORE = "c1"

START = Start(W, "main", NOW)
RESUME = Resume("r1", W)
LOSE = Lose("r1", "its owner has not been heard of for too long")
ADOPT = Adopt("r1", W)


def _none(reason: str) -> NoteNone:
    return NoteNone(NOW, "main", reason)


def _head(key: str | None = "A", *, asks: bool = True, passed: tuple[str, ...] = ()) -> Head:
    problem = "" if key else "w.wf:1:1: WF105 unknown directive"
    return Head("main", NOW, (Desired(W, key, asks, problem),), passed)


def _run(key: str, status: str, commit: str = BEFORE, *envs: str, run: str = "r1") -> KnownRun:
    return KnownRun(run, W, commit, key, status, envs, begun=bool(envs))


def _known(*runs: KnownRun, **stands: str) -> Observed:
    return Observed(runs, stands)


UNCLAIMED = msgspec.structs.replace(_run("A", "waiting", NOW), mine=False, adoptable=True)
UP_TO_DATE = _none(f"{W} is up to date with run r1")
FAILED_ALREADY = _none(f"{W} failed with the same inputs in run r1")

RUNS: dict[str, tuple[Observed, tuple[Action, ...]]] = {
    "nothing is on record": (_known(), (START,)),
    # (a) a terminal record for this very commit and branch
    "it succeeded for this commit": (_known(_run("A", "succeeded", NOW)), ()),
    "it failed for this commit": (_known(_run("A", "failed", NOW)), ()),
    "it was cancelled for this commit": (_known(_run("A", "cancelled", NOW)), ()),
    "it was lost for this commit in an effect": (
        _known(msgspec.structs.replace(_run("A", "lost", NOW), begun=True)),
        (),
    ),
    "it was lost for this commit before any effect": (_known(_run("A", "lost", NOW)), (START,)),
    "it ran for this commit, and its environment was replaced": (
        _known(_run("A", "succeeded", NOW, "prod"), prod="X"),
        (),
    ),
    "it ran for this commit under another key": (_known(_run("B", "succeeded", NOW)), ()),
    "another commit was played since: the branch was set back": (
        _known(_run("B", "succeeded", "c3", run="r2"), _run("A", "succeeded", NOW)),
        (START,),
    ),
    "another commit was played since, and it does the same": (
        _known(_run("A", "succeeded", "c3", run="r2"), _run("A", "succeeded", NOW)),
        (),
    ),
    "another commit was to be played since, and nothing of it was": (
        _known(
            msgspec.structs.replace(_run("B", "cancelled", "c3", run="r2"), started=False),
            _run("A", "succeeded", NOW),
        ),
        (),
    ),
    "a person has played another commit since": (
        _known(
            msgspec.structs.replace(_run("B", "succeeded", "c3", run="r2"), bound=False),
            _run("A", "succeeded", NOW),
        ),
        (),
    ),
    "it was lost once more for this commit, before any effect": (
        _known(_run("A", "lost", NOW, run="r2"), _run("A", "failed", NOW)),
        (),
    ),
    # (b) the newest ended run has the same key
    "the same key succeeded": (_known(_run("A", "succeeded")), (UP_TO_DATE,)),
    "the same key failed": (_known(_run("A", "failed")), (FAILED_ALREADY,)),
    "the same key was cancelled": (_known(_run("A", "cancelled")), (START,)),
    "the same key was lost": (_known(_run("A", "lost")), (START,)),
    "another key succeeded": (_known(_run("B", "succeeded")), (START,)),
    "another key failed": (_known(_run("B", "failed")), (START,)),
    "the same key succeeded, and another one after it": (
        _known(_run("B", "succeeded", run="r2"), _run("A", "succeeded")),
        (START,),
    ),
    "the same key deployed, and it stands": (
        _known(_run("A", "succeeded", BEFORE, "prod"), prod="A"),
        (UP_TO_DATE,),
    ),
    "the same key deployed, and another run of that key stands": (
        _known(_run("A", "succeeded", BEFORE, "prod"), prod="A", other="X"),
        (UP_TO_DATE,),
    ),
    "the same key deployed, and somebody else replaced it": (
        _known(_run("A", "succeeded", BEFORE, "prod"), prod="X"),
        (START,),
    ),
    "the same key deployed, and one of two stands": (
        _known(_run("A", "succeeded", BEFORE, "prod", "staging"), prod="A", staging="X"),
        (START,),
    ),
    "the same key deployed, and the environment is gone": (
        _known(_run("A", "succeeded", BEFORE, "prod")),
        (START,),
    ),
    "A deployed, B deployed and failed its smoke test, B reverted": (
        _known(
            _run("B", "failed", BEFORE, "prod", run="r2"),
            _run("A", "succeeded", "c0", "prod"),
            prod="B",
        ),
        (START,),
    ),
    # what goes on
    "a run is being played": (
        _known(msgspec.structs.replace(_run("B", "running"), played=True)),
        (),
    ),
    "a run of ours that nobody plays": (_known(_run("B", "running")), (RESUME,)),
    "a run of ours that may begin": (_known(_run("A", "waiting", NOW)), (RESUME,)),
    "a run of somebody else": (
        _known(msgspec.structs.replace(_run("B", "running"), mine=False)),
        (),
    ),
    "a run of somebody else who is gone": (
        _known(msgspec.structs.replace(_run("B", "running"), mine=False, abandoned=True)),
        (LOSE,),
    ),
    "a run of somebody else that has not begun, and waits": (
        _known(msgspec.structs.replace(UNCLAIMED, waits="approval")),
        (),
    ),
    "a run of somebody else that has not begun, and may": (_known(UNCLAIMED), (ADOPT,)),
    "a run of somebody else that has not begun, and is to be cancelled": (
        _known(msgspec.structs.replace(UNCLAIMED, waits="approval", cancelled="cancelled by Ben")),
        (Drop("r1", "cancelled by Ben"),),
    ),
    "a run of somebody else that has not begun, for an earlier commit": (
        _known(msgspec.structs.replace(UNCLAIMED, commit=BEFORE, key="B", waits="approval")),
        (Drop("r1", f"superseded by {NOW}"),),
    ),
    "a run of somebody else that has not begun, and is not shared": (
        _known(msgspec.structs.replace(UNCLAIMED, adoptable=False)),
        (),
    ),
    "a run of somebody else who is gone, whose job goes on elsewhere": (
        _known(msgspec.structs.replace(_run("B", "running"), mine=False, adoptable=True)),
        (ADOPT,),
    ),
}


@pytest.mark.parametrize(("observed", "expected"), RUNS.values(), ids=RUNS)
def test_a_head_that_asks(observed: Observed, expected: tuple[Action, ...]) -> None:
    assert decide(_head("A"), observed) == expected


HEADS: dict[str, tuple[Head, Observed, tuple[Action, ...]]] = {
    "no workflow": (Head("main", NOW), _known(), (_none("there is no workflow in `workflows/`"),)),
    "a workflow that does not ask": (
        _head("A", asks=False),
        _known(),
        (_none(f"{W} does not ask for this commit"),),
    ),
    "it is noted already": (
        _head("A", asks=False),
        Observed(noted=frozenset([NOW])),
        (),
    ),
    "a workflow with errors": (
        _head(None),
        _known(),
        (Refuse(W, "main", NOW, "w.wf:1:1: WF105 unknown directive"),),
    ),
    "it is refused already": (_head(None), Observed(refused=frozenset([W])), ()),
    "a workflow with errors while a run of it goes on": (
        _head(None),
        _known(msgspec.structs.replace(_run("A", "running"), played=True)),
        (),
    ),
    "a run whose workflow is gone": (Head("main", NOW), _known(_run("A", "running")), (RESUME,)),
    "commits were passed over": (
        _head("A", passed=("c0", BEFORE)),
        _known(),
        (
            START,
            NoteNone("c0", "main", "passed over by c2"),
            NoteNone(BEFORE, "main", "passed over by c2"),
        ),
    ),
    "a commit that was passed over has a run": (
        _head("B", passed=("c0", BEFORE)),
        _known(_run("A", "succeeded")),
        (START, NoteNone("c0", "main", "passed over by c2")),
    ),
    "commits are passed over while a run goes on": (
        _head("B", passed=("c0",)),
        _known(msgspec.structs.replace(_run("A", "running"), played=True)),
        (NoteNone("c0", "main", "passed over by c2"),),
    ),
    "workflows of their own minds": (
        Head("main", NOW, (Desired("b", "B"), Desired("a", "A"), Desired("c", "C", asks=False))),
        _known(KnownRun("r1", "b", BEFORE, "B", "succeeded")),
        (Start("a", "main", NOW),),
    ),
    "several reasons to do nothing": (
        Head("main", NOW, (Desired("b", "B"), Desired("a", "A", asks=False))),
        _known(KnownRun("r1", "b", BEFORE, "B", "succeeded")),
        (_none("a does not ask for this commit; b is up to date with run r1"),),
    ),
}


@pytest.mark.parametrize(("head", "observed", "expected"), HEADS.values(), ids=HEADS)
def test_a_head(head: Head, observed: Observed, expected: tuple[Action, ...]) -> None:
    assert decide(head, observed) == expected


_COMMITS = st.sampled_from(["c0", BEFORE, NOW])
_WORKFLOWS = st.sampled_from(["a", "b", "c"])
_ENVS = st.sampled_from(["prod", "staging"])
_KEYS = st.sampled_from(["A", "B"])
_STATUSES = st.sampled_from(["waiting", "running", "succeeded", "failed", "cancelled", "lost"])
_KNOWN = st.builds(
    KnownRun,
    run=st.integers(0, 99).map("r{}".format),
    workflow=_WORKFLOWS,
    commit=_COMMITS,
    key=_KEYS,
    status=_STATUSES,
    envs=st.lists(_ENVS, unique=True).map(tuple),
    begun=st.booleans(),
    mine=st.booleans(),
    played=st.booleans(),
    abandoned=st.booleans(),
    adoptable=st.booleans(),
    started=st.booleans(),
    waits=st.sampled_from(["", "approval"]),
    cancelled=st.sampled_from(["", "cancelled by Ada"]),
)
_OBSERVED = st.builds(
    Observed,
    runs=st.lists(_KNOWN, max_size=6, unique_by=lambda run: run.run).map(tuple),
    stands=st.dictionaries(_ENVS, _KEYS),
    refused=st.frozensets(_WORKFLOWS),
    noted=st.frozensets(_COMMITS),
    suspended=st.frozensets(_WORKFLOWS),
)
_DESIRED = st.builds(Desired, workflow=_WORKFLOWS, key=st.none() | _KEYS, asks=st.booleans())
_HEADS = st.builds(
    Head,
    branch=st.just("main"),
    commit=st.just(NOW),
    workflows=st.lists(_DESIRED, unique_by=lambda want: want.workflow).map(tuple),
    passed=st.lists(st.sampled_from(["c0", BEFORE]), unique=True).map(tuple),
)


_ENDINGS: dict[type, str] = {Lose: "lost", Cancel: "cancelled", Drop: "cancelled"}


class Applied:
    """The records after actions were done; every run that is played ends as ``ending``."""

    def __init__(self, head: Head, ending: str) -> None:
        self._keys = {want.workflow: want.key for want in head.workflows}
        self._ending = ending

    def after(self, observed: Observed, actions: tuple[Action, ...]) -> Observed:
        for action in actions:
            observed = self._after(observed, action)
        return observed

    def _after(self, observed: Observed, action: Action) -> Observed:
        replace = msgspec.structs.replace
        match action:
            case Start(workflow, _, commit):
                key = self._keys[workflow]
                assert key is not None
                run = KnownRun(f"new-{workflow}", workflow, commit, key, self._ending)
                return replace(observed, runs=(run, *observed.runs))
            case (
                Resume(run=name)
                | Adopt(run=name)
                | Lose(run=name)
                | Cancel(run=name)
                | Drop(run=name)
            ):
                ending = _ENDINGS.get(type(action), self._ending)
                runs = [replace(r, status=ending) if r.run == name else r for r in observed.runs]
                return replace(observed, runs=tuple(runs))
            case Withdraw(run=name):
                asked = [replace(r, cancelled="x") if r.run == name else r for r in observed.runs]
                return replace(observed, runs=tuple(asked))
            case Refuse(workflow=workflow):
                return replace(observed, refused=observed.refused | {workflow})
            case NoteNone(commit=commit):
                return replace(observed, noted=observed.noted | {commit})


@given(_HEADS, _OBSERVED, st.sampled_from(["succeeded", "failed", "cancelled"]))
def test_what_was_done_is_not_asked_for_again(head: Head, observed: Observed, ending: str) -> None:
    records = Applied(head, ending)
    actions = decide(head, observed)
    rounds = 0
    while any(isinstance(action, Resume | Adopt | Lose | Cancel | Drop) for action in actions):
        observed = records.after(observed, actions)
        actions = decide(head, observed)
        rounds += 1
        assert rounds <= len(observed.runs)
    assert decide(head, records.after(observed, actions)) == ()


@given(_HEADS, _OBSERVED, st.data())
def test_the_order_of_workflows_does_not_matter(
    head: Head, observed: Observed, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(head.workflows))
    again = msgspec.structs.replace(head, workflows=tuple(shuffled))
    assert decide(again, observed) == decide(head, observed)


@given(_HEADS, _OBSERVED)
def test_no_workflow_gets_more_than_one_action(head: Head, observed: Observed) -> None:
    wanted = {want.workflow for want in head.workflows}
    named = [a.workflow for a in decide(head, observed) if isinstance(a, Start | Refuse)]
    assert len(named) == len(set(named))
    assert set(named) <= wanted
    open_ = {run.workflow for run in observed.runs if not run.is_over}
    assert not open_ & set(named)


OLDER = msgspec.structs.replace(_run("B", "running"), played=True)


@pytest.mark.parametrize(
    ("supersede", "active", "expected"),
    [
        ("finish", OLDER, ()),
        ("queue", OLDER, ()),
        ("cancel", OLDER, (Cancel("r1", W, NOW),)),
        ("cancel", msgspec.structs.replace(OLDER, key="A"), ()),
        ("cancel", msgspec.structs.replace(OLDER, commit=NOW), ()),
        ("cancel", msgspec.structs.replace(OLDER, mine=False), ()),
        ("cancel", msgspec.structs.replace(OLDER, played=False), (RESUME,)),
    ],
    ids=[
        "finish-waits",
        "queue-waits",
        "cancel-stops-it",
        "the-same-key-is-as-good",
        "its-own-commit-does-not",
        "of-another-clone",
        "nobody-plays-it",
    ],
)
def test_a_run_that_goes_on_when_a_newer_commit_comes(
    supersede: str, active: KnownRun, expected: tuple[Action, ...]
) -> None:
    head = Head("main", NOW, (Desired(W, "A", supersede=supersede),))
    assert decide(head, _known(active)) == expected


def test_no_commit_is_passed_over_where_each_has_its_turn() -> None:
    head = Head("main", NOW, (Desired(W, "A", supersede="queue"),), ("c0",))
    assert decide(head, _known()) == (START,)


HELD = KnownRun("r1", W, BEFORE, "B", "waiting", started=False, waits="approval")
ALLOWED = msgspec.structs.replace(HELD, waits="")
UNWANTED = msgspec.structs.replace(HELD, cancelled="cancelled by Ada <ada@example.org>")
DROP = Drop("r1", "superseded by c2")
DROPPED = msgspec.structs.replace(HELD, status="cancelled", key="A")

WAITING: dict[str, tuple[Desired, KnownRun, tuple[Action, ...]]] = {
    "of an older commit": (Desired(W, "A"), HELD, (DROP,)),
    "of an older commit, though it may begin": (Desired(W, "A"), ALLOWED, (DROP,)),
    "where each commit has its turn": (Desired(W, "A", supersede="queue"), HELD, ()),
    "where a newer commit cancels": (Desired(W, "A", supersede="cancel"), HELD, (DROP,)),
    "whose inputs are those of the head": (Desired(W, "B"), HELD, ()),
    "where the head asks for nothing": (Desired(W, "A", asks=False), HELD, ()),
    "of this commit": (Desired(W, "B"), msgspec.structs.replace(HELD, commit=NOW), ()),
    "that may begin": (Desired(W, "B"), ALLOWED, (RESUME,)),
    "that somebody begins": (Desired(W, "B"), msgspec.structs.replace(ALLOWED, played=True), ()),
    "that is not wanted": (Desired(W, "B"), UNWANTED, (Drop("r1", UNWANTED.cancelled),)),
    "of another clone": (Desired(W, "A"), msgspec.structs.replace(UNWANTED, mine=False), ()),
    "that was dropped and never began": (Desired(W, "A"), DROPPED, (START,)),
}


@pytest.mark.parametrize(("want", "run", "expected"), WAITING.values(), ids=WAITING)
def test_a_run_that_waits(want: Desired, run: KnownRun, expected: tuple[Action, ...]) -> None:
    assert decide(Head("main", NOW, (want,)), _known(run)) == expected


def test_a_run_that_never_began_does_not_hide_what_stands() -> None:
    deployed = _run("A", "succeeded", "c0", "prod")
    dropped = KnownRun("r2", W, BEFORE, "B", "cancelled", started=False)
    assert decide(_head("A"), _known(dropped, deployed, prod="A")) == (UP_TO_DATE,)


def test_what_has_to_wait_is_started_as_such() -> None:
    head = Head("main", NOW, (Desired(W, "A", waits="approval"),))
    assert decide(head, _known()) == (Start(W, "main", NOW, waits="approval"),)


def test_a_run_whose_workflow_is_gone_and_that_has_not_begun() -> None:
    assert decide(Head("main", NOW), _known(HELD))[0] == DROP


@pytest.mark.parametrize("cancelled", ["", "cancelled by Ada <ada@example.org>"])
def test_a_run_that_nobody_plays_is_taken_up_also_to_be_cancelled(cancelled: str) -> None:
    run = msgspec.structs.replace(_run("A", "running"), cancelled=cancelled)
    assert decide(_head("A"), _known(run)) == (RESUME,)


DUE = Desired(W, "A", asks=False, due="03:00")
SCHEDULED = Start(W, "main", NOW, "schedule", "03:00")

TIMES: dict[str, tuple[Desired, Observed, tuple[Action, ...]]] = {
    "a time has come": (DUE, Observed(since={W: "02:00"}), (SCHEDULED,)),
    "whatever the key": (
        DUE,
        Observed((_run("A", "succeeded", NOW),), since={W: "02:00"}),
        (SCHEDULED,),
    ),
    "it was done": (DUE, Observed((_run("A", "failed", NOW),), since={W: "03:00"}), ()),
    "it was due before anybody looked": (
        DUE,
        Observed(since={W: "10:00"}),
        (_none(f"{W} does not ask for this commit"),),
    ),
    "a run goes on": (
        DUE,
        Observed((msgspec.structs.replace(_run("B", "running"), played=True),), since={W: "02:00"}),
        (),
    ),
    "it has to wait": (
        msgspec.structs.replace(DUE, waits="approval"),
        Observed(since={W: "02:00"}),
        (msgspec.structs.replace(SCHEDULED, waits="approval"),),
    ),
    "a commit asks too": (
        msgspec.structs.replace(DUE, asks=True),
        Observed(since={W: "02:00"}),
        (SCHEDULED,),
    ),
}


@pytest.mark.parametrize(("want", "observed", "expected"), TIMES.values(), ids=TIMES)
def test_a_schedule(want: Desired, observed: Observed, expected: tuple[Action, ...]) -> None:
    assert decide(Head("main", NOW, (want,)), observed) == expected


SUSPENDED: dict[str, tuple[Head, Observed, tuple[Action, ...]]] = {
    "nothing is on record": (_head("A"), _known(), ()),
    "it has errors": (_head(None), _known(), ()),
    "it is due": (Head("main", NOW, (DUE,)), Observed(since={W: "02:00"}), ()),
    "a run of it goes on": (_head("A"), _known(_run("B", "running")), (RESUME,)),
    "another workflow asks": (
        Head("main", NOW, (Desired("a", "A"), Desired(W, "A"))),
        _known(),
        (Start("a", "main", NOW),),
    ),
}


@pytest.mark.parametrize(("head", "observed", "expected"), SUSPENDED.values(), ids=SUSPENDED)
def test_a_workflow_that_is_suspended(
    head: Head, observed: Observed, expected: tuple[Action, ...]
) -> None:
    left = msgspec.structs.replace(observed, suspended=frozenset([W]))
    assert decide(head, left) == expected


LOOSE: dict[str, tuple[KnownRun, tuple[Action, ...]]] = {
    "is over": (_run("A", "failed"), ()),
    "goes on": (msgspec.structs.replace(_run("A", "running"), played=True), ()),
    "was left": (_run("A", "running"), (RESUME,)),
    "waits": (HELD, ()),
    "may begin": (ALLOWED, (RESUME,)),
    "is not wanted": (UNWANTED, (Drop("r1", UNWANTED.cancelled),)),
    "is nobody's": (
        msgspec.structs.replace(_run("A", "running"), mine=False, abandoned=True),
        (LOSE,),
    ),
    "is nobody's, and goes on elsewhere": (
        msgspec.structs.replace(_run("A", "running"), mine=False, adoptable=True, abandoned=True),
        (ADOPT,),
    ),
}


@pytest.mark.parametrize(("run", "expected"), LOOSE.values(), ids=LOOSE)
def test_a_run_of_no_branch_that(run: KnownRun, expected: tuple[Action, ...]) -> None:
    assert decide_loose(run) == expected
