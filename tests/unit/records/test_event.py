"""Events as lines."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from gitwf.records.event import (
    BODIES,
    Body,
    CommitChecked,
    EnvironmentChanged,
    EnvironmentChanging,
    Error,
    Event,
    FileAppending,
    FileKept,
    JobPlaced,
    Out,
    PodAsked,
    PodCreated,
    PodGone,
    PodReady,
    RunAdopted,
    RunApproved,
    RunCancelling,
    RunFinished,
    RunLate,
    RunNone,
    RunQueued,
    RunRefused,
    RunStarted,
    StepFinished,
    StepStarted,
    StepStopped,
    TimerStarted,
    Unknown,
    ValueRead,
    VariableSet,
    decode,
    encode,
)

AT = "2026-11-22T10:46:54.123456Z"
HEAD = f'{{"at":"{AT}","id":"01B","v":1,"epoch":3,"type":'

LINES: dict[str, tuple[Body, str]] = {
    "queued": (
        RunQueued("w.wf", "c1", "t1", "main", "k1", "commit"),
        (
            '"run.queued","run":"01A","workflow":"w.wf","commit":"c1","tree":"t1","branch":"main",'
            '"key":"k1","trigger":"commit","attempt":1,"of":null,"owner":null,"reason":""}'
        ),
    ),
    "adopted": (
        RunAdopted("m2:c2", "m1:c1"),
        '"run.adopted","run":"01A","owner":"m2:c2","previous":"m1:c1"}',
    ),
    "placed": (
        JobPlaced("1.lost1", "ssh:box", "me@box:22", "~/.cache/git-wf/repo-1", "01A-1.lost1"),
        (
            '"job.placed","run":"01A","job":"1.lost1","target":"ssh:box","host":"me@box:22",'
            '"folder":"~/.cache/git-wf/repo-1","name":"01A-1.lost1"}'
        ),
    ),
    "late": (
        RunLate("succeeded", 2.5),
        '"run.late","run":"01A","status":"succeeded","seconds":2.5,"error":null}',
    ),
    "approved": (
        RunApproved("Ada <ada@example.org>", AT, "checked"),
        (
            f'"run.approved","run":"01A","by":"Ada <ada@example.org>","asked":"{AT}",'
            '"why":"checked"}'
        ),
    ),
    "started for a tag, and taken as done": (
        RunStarted("w", "c", "t", None, "k", "tag", occasion="v1 4b8", effects_done="Ada"),
        (
            '"run.started","run":"01A","workflow":"w","commit":"c","tree":"t","branch":null,'
            '"key":"k","trigger":"tag","attempt":1,"of":null,"owner":null,"occasion":"v1 4b8",'
            '"effects_done":"Ada"}'
        ),
    ),
    "started": (
        RunStarted("w.wf", "c1", "t1", None, "k1", "manual", attempt=2, of="01Z", owner="m:1"),
        (
            '"run.started","run":"01A","workflow":"w.wf","commit":"c1","tree":"t1","branch":null,'
            '"key":"k1","trigger":"manual","attempt":2,"of":"01Z","owner":"m:1"}'
        ),
    ),
    "none": (
        RunNone("c1", "t1", "main", "no workflow asks"),
        (
            '"run.none","run":"01A","commit":"c1","tree":"t1","branch":"main",'
            '"reason":"no workflow asks"}'
        ),
    ),
    "refused": (
        RunRefused("w.wf", "c1", "main", "invalid", (Raw(b'{"code":"WF201"}'),)),
        (
            '"run.refused","run":"01A","workflow":"w.wf","commit":"c1","branch":"main",'
            '"reason":"invalid","diagnostics":[{"code":"WF201"}]}'
        ),
    ),
    "checked": (
        CommitChecked("c1", "main", "pre-commit", "failed", 0.5, "- hook id: lint"),
        (
            '"commit.checked","run":"01A","commit":"c1","branch":"main","gate":"pre-commit",'
            '"status":"failed","seconds":0.5,"output":"- hook id: lint"}'
        ),
    ),
    "finished": (
        RunFinished(
            status="failed",
            workflow="w.wf",
            commit="c1",
            branch="main",
            key="k1",
            seconds=1.5,
            executed=2,
            restored=1,
            metrics={"accuracy": Raw(b"0.970")},
            error=Error("no", kind="exit", command="train", step="0", status=3),
            ref="refs/wf/runs/2026-11/01A",
            restorable="here",
        ),
        (
            '"run.finished","run":"01A","status":"failed","workflow":"w.wf","commit":"c1",'
            '"branch":"main","key":"k1","seconds":1.5,"executed":2,"restored":1,'
            '"metrics":{"accuracy":0.970},"error":{"message":"no","kind":"exit","command":"train",'
            '"step":"0","status":3},"ref":"refs/wf/runs/2026-11/01A","restorable":"here"}'
        ),
    ),
    "changing": (
        EnvironmentChanging("production", None, "c1"),
        '"env.changing","run":"01A","env":"production","previous":null,"commit":"c1"}',
    ),
    "changed": (
        EnvironmentChanged("production", "01Z", "c1"),
        '"env.changed","run":"01A","env":"production","previous":"01Z","commit":"c1"}',
    ),
    "step-started": (
        StepStarted("4/then/2[1]", "train", ("--sigma", "0.10"), 2, "ssh:box"),
        (
            '"step.started","run":"01A","step":"4/then/2[1]","command":"train",'
            '"args":["--sigma","0.10"],"attempt":2,"target":"ssh:box"}'
        ),
    ),
    "step-finished": (
        StepFinished("0", "train", seconds=0.25, result=Raw(b"1.50"), outs=(Out("m", "ab", 3),)),
        (
            '"step.finished","run":"01A","step":"0","command":"train","args":[],"attempt":1,'
            '"status":"succeeded","exit":0,"seconds":0.25,"cached":false,"result":1.50,'
            '"outs":[{"path":"m","hash":"ab","size":3}],"error":null}'
        ),
    ),
    "step-stopped": (
        StepStopped("4", Error("it did not end in 5s", "timeout", "timeout:", "4", 124)),
        (
            '"step.stopped","run":"01A","step":"4","error":{"message":"it did not end in 5s",'
            '"kind":"timeout","command":"timeout:","step":"4","status":124}}'
        ),
    ),
    "variable": (
        VariableSet("0", "x", Raw(b"0.100")),
        '"variable.set","run":"01A","step":"0","name":"x","value":0.100}',
    ),
    "cancelling": (
        RunCancelling(Error("the run was cancelled", "cancelled", status=130)),
        (
            '"run.cancelling","run":"01A",'
            '"error":{"message":"the run was cancelled","kind":"cancelled","status":130}}'
        ),
    ),
    "value read": (
        ValueRead("3/then", "read", "in.txt", Raw(b'"0.10\\n"')),
        (
            '"value.read","run":"01A","step":"3/then","function":"read","argument":"in.txt",'
            '"value":"0.10\\n"}'
        ),
    ),
    "no value read": (
        ValueRead("3", "read", "x", error=Error("no such file", status=2)),
        (
            '"value.read","run":"01A","step":"3","function":"read","argument":"x",'
            '"error":{"message":"no such file","status":2}}'
        ),
    ),
    "timer": (
        TimerStarted("3/timeout", 0.3),
        '"timer.started","run":"01A","step":"3/timeout","seconds":0.3}',
    ),
    "appending": (
        FileAppending("4", "log", 12),
        '"file.appending","run":"01A","step":"4","path":"log","size":12}',
    ),
    "kept": (
        FileKept("4", "log", "5e88"),
        '"file.kept","run":"01A","step":"4","path":"log","hash":"5e88"}',
    ),
    "pod-created": (
        PodCreated("p1", "RTX 4090", 0.34),
        '"pod.created","run":"01A","pod":"p1","gpu":"RTX 4090","price_per_hour":0.34}',
    ),
    "pod-asked": (
        PodAsked(
            "wf-c-01A-1-1", "RTX 4090", 0.68, 2, "SECURE", "1", "A100: none is free", 20, "SHA256:x"
        ),
        (
            '"pod.asked","run":"01A","name":"wf-c-01A-1-1","gpu":"RTX 4090","price_per_hour":0.68,"count":2,'
            '"cloud":"SECURE","job":"1","reason":"A100: none is free","disk":20,"key":"SHA256:x"}'
        ),
    ),
    "pod-ready": (PodReady("p1"), '"pod.ready","run":"01A","pod":"p1"}'),
    "pod-gone": (
        PodGone("p1", "idle"),
        '"pod.gone","run":"01A","pod":"p1","reason":"idle"}',
    ),
}


def _event(body: Body) -> Event:
    return Event(AT, "01B", 3, "01A", body)


@pytest.mark.parametrize(("body", "line"), LINES.values(), ids=LINES)
def test_a_line_has_its_keys_in_order(body: Body, line: str) -> None:
    assert encode(_event(body)).decode() == HEAD + line


@pytest.mark.parametrize(("body", "line"), LINES.values(), ids=LINES)
def test_what_is_read_is_what_was_written(body: Body, line: str) -> None:
    event = decode((HEAD + line).encode())
    assert event == _event(body)
    assert encode(event).decode() == HEAD + line


def test_every_type_is_in_the_table() -> None:
    assert {body.type for body, _ in LINES.values()} == set(BODIES)


def test_an_event_of_no_run() -> None:
    event = Event(AT, "01B", 3, None, RunNone("c1", "t1", "main", "why"))
    line = encode(event)
    assert b'"run":' not in line
    assert decode(line) == event


def test_a_later_versions_keys_are_kept() -> None:
    line = HEAD.replace('"v":1', '"v":7') + '"pod.ready","run":"01A","pod":"p1","zone":[1.0]}'
    event = decode(line.encode())
    assert (event.v, event.body, event.extra) == (7, PodReady("p1"), {"zone": Raw(b"[1.0]")})
    assert encode(event).decode() == line


def test_a_later_versions_types_are_kept() -> None:
    line = HEAD + '"pod.moved","run":"01A","pod":"p1","to":{"zone":1.0}}'
    event = decode(line.encode())
    assert (event.type, event.body) == ("pod.moved", Unknown("pod.moved"))
    assert encode(event).decode() == line


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", "x", '{"at":"x"', HEAD + '"pod.ready"}'], ids=range(6)
)
def test_what_is_no_event(line: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        decode(line.encode())
    assert isinstance(caught.value, msgspec.DecodeError)


@pytest.mark.parametrize(("body", "line"), LINES.values(), ids=LINES)
def test_the_note_holds_what_is_about_whole_runs(body: Body, line: str) -> None:
    assert _event(body).is_run_level == line.startswith(('"run.', '"env.'))
