from __future__ import annotations

import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from gitwf.data import lockfile
from gitwf.data.errors import BrokenFileError, DataError, MissingObjectError, MissingOutError
from gitwf.data.execute import Saved, begin, restore, save
from gitwf.data.look import look
from gitwf.data.project import Project
from gitwf.language.value import Number
from gitwf.plan.stage import Out, OutKind, Stage

Write = Callable[[dict[str, str | bytes]], None]
Execute = Callable[[Stage], Saved]

TRAIN = Stage(
    "train",
    "mkdir -p d && cp in.txt d/model && chmod +x d/model && cp -r folder d/copy && cp in.txt m.json",
    deps=("in.txt", "folder"),
    outs=(Out("d/model"), Out("d/copy"), Out("m.json", OutKind.METRIC)),
)
FILES: dict[str, str | bytes] = {"in.txt": '{"loss": 1e-05, "n": 10}', "folder/a/b": "b"}


def test_what_a_command_wrote_is_saved(root: Path, write: Write, execute: Execute) -> None:
    write(FILES)
    saved = execute(TRAIN)
    assert [item.path for item in saved.outs] == ["d/copy", "d/model", "m.json"]
    assert saved.metrics == {
        "loss": Number(Decimal("1e-05"), "1e-05"),
        "n": Number(Decimal(10), "10"),
    }
    assert saved.changed_deps == ()
    assert lockfile.parse((root / "dvc.lock").read_text()).entries() == {"train": saved.entry}
    assert (root / "d/.gitignore").read_text() == "/model\n/copy\n"
    assert (root / ".gitignore").read_text() == "/m.json\n"


def test_outs_come_back_with_their_exec_bits(root: Path, write: Write, execute: Execute) -> None:
    write(FILES)
    execute(TRAIN)
    shutil.rmtree(root / "d")
    (root / "dvc.lock").unlink()
    project = Project.open(root)
    seen = look(project, TRAIN)
    for _ in range(2):
        restore(project, TRAIN, seen)
        assert (root / "d/copy/a/b").read_text() == "b"
        assert stat.S_IMODE((root / "d/model").stat().st_mode) & stat.S_IXUSR
        assert look(project, TRAIN).reason == "its outs are those of `dvc.lock`, and in place"
    assert (root / "d/.gitignore").read_text() == "/model\n/copy\n"


def test_outs_that_were_not_written_are_named(root: Path, write: Write, execute: Execute) -> None:
    write(FILES)
    stage = Stage("lazy", "touch a", deps=("in.txt",), outs=(Out("a"), Out("b"), Out("c/d")))
    with pytest.raises(MissingOutError) as caught:
        execute(stage)
    assert str(caught.value) == (
        "`lazy` did not write `b`, `c/d` (an out is written by the command that declares it)"
    )
    assert not (root / "dvc.lock").exists()


@pytest.mark.parametrize("command", ["mkfifo out", "mkdir out; mkfifo out/pipe"])
def test_an_out_that_is_no_file_is_said(write: Write, execute: Execute, command: str) -> None:
    write(FILES)
    with pytest.raises(DataError) as caught:
        execute(Stage("s", command, deps=("in.txt",), outs=(Out("out"),)))
    assert "is neither a file nor a folder" in caught.value.message


def test_an_out_that_links_to_a_file_is_saved_as_that_file(
    root: Path, write: Write, execute: Execute
) -> None:
    write(FILES)
    stage = Stage("s", "ln -s in.txt out", deps=("in.txt",), outs=(Out("out"),))
    saved = execute(stage)
    (root / "out").unlink()
    project = Project.open(root)
    restore(project, stage, look(project, stage))
    assert not (root / "out").is_symlink()
    assert (root / "out").read_text() == FILES["in.txt"]
    assert saved.outs[0].content == saved.entry.deps[0].content


def test_old_outs_go_before_the_command_and_their_folders_are_made(
    root: Path, write: Write, project: Project
) -> None:
    write({"old": "x", "folder/x": "x", "log": "x", "readonly": "x"})
    (root / "readonly").chmod(0o444)
    (root / "link").symlink_to(root / "old")
    outs = (Out("folder"), Out("link"), Out("new/deep/out"))
    persist = (Out("log", persist=True), Out("readonly", persist=True))
    begin(project, Stage("s", "true", outs=(*outs, *persist)))
    assert sorted(path.name for path in root.iterdir() if path.name[0] != ".") == [
        "log",
        "new",
        "old",
        "readonly",
    ]
    assert list((root / "new").iterdir()) == [root / "new" / "deep"]
    assert stat.S_IMODE((root / "readonly").stat().st_mode) == 0o644


@pytest.mark.parametrize("links", ["hardlink", "symlink"])
def test_a_linked_out_that_persists_becomes_a_file_of_its_own(
    root: Path, write: Write, execute: Execute, links: str
) -> None:
    write(FILES | {".dvc/config": f"[cache]\n    type = {links}\n"})
    stage = Stage("s", "cat in.txt >> log/a", deps=("in.txt",), outs=(Out("log", persist=True),))
    (root / "log").mkdir()
    first = execute(stage)
    execute(stage)
    assert (root / "log/a").read_text() == str(FILES["in.txt"]) * 2
    assert Project.open(root).cache.has(first.outs[0].content)


def test_a_dep_that_changes_meanwhile_leaves_no_result_for_others(
    root: Path, write: Write, execute: Execute
) -> None:
    write(FILES)
    stage = Stage("s", "cp in.txt out && echo >> in.txt", deps=("in.txt",), outs=(Out("out"),))
    assert execute(stage).changed_deps == ("in.txt",)
    assert not (root / ".dvc/cache/runs").exists()


@pytest.mark.parametrize(
    ("name", "text", "metrics"),
    [
        ("m.yaml", "acc: 0.50\n", {"acc": Number(Decimal("0.5"), "0.5")}),
        ("m.toml", "acc = 0.50\n", {"acc": Number(Decimal("0.50"), "0.50")}),
        ("m.json", '[1, null, "x"]', {"m.json": [Number(Decimal(1), "1"), None, "x"]}),
        ("m.json", '{"a": NaN, "b": true}', {"a": "nan", "b": True}),
        ("m.yaml", "day: 2026-11-22\n", {"day": "2026-11-22"}),
        ("m", "0.25", {"m": Number(Decimal("0.25"), "0.25")}),
    ],
)
def test_metrics_are_values(
    write: Write, execute: Execute, name: str, text: str, metrics: object
) -> None:
    write({"in": text})
    saved = execute(Stage("s", f"cp in {name}", deps=("in",), outs=(Out(name, OutKind.METRIC),)))
    assert saved.metrics == metrics


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "metric file `m.json` is not readable: Expecting property name"),
        (b"\xff\xff", "metric file `m.json` is no text"),
    ],
)
def test_a_metric_file_that_is_none_is_said(
    write: Write, execute: Execute, text: str | bytes, message: str
) -> None:
    write({"in": text})
    with pytest.raises(BrokenFileError) as caught:
        execute(Stage("s", "cp in m.json", deps=("in",), outs=(Out("m.json", OutKind.METRIC),)))
    assert caught.value.message.startswith(message)


def test_an_object_that_vanishes_after_the_look_is_said(
    root: Path, write: Write, execute: Execute
) -> None:
    write(FILES)
    saved = execute(TRAIN)
    (root / "m.json").unlink()
    project = Project.open(root)
    seen = look(project, TRAIN)
    project.cache.path(saved.outs[2].content.md5).unlink()
    with pytest.raises(MissingObjectError):
        restore(project, TRAIN, seen)
    assert not list(root.rglob("*.tmp"))


def test_stages_end_side_by_side(root: Path, write: Write) -> None:
    write(FILES)
    stages = [
        Stage(f"s{i}", f"true {i}", deps=("in.txt",), outs=(Out(f"o{i}"),)) for i in range(16)
    ]
    project = Project.open(root)

    def play(stage: Stage) -> None:
        seen = look(project, stage)
        begin(project, stage)
        (root / stage.outs[0].path).write_text("same for all")
        save(project, stage, seen)

    threads = [threading.Thread(target=play, args=(stage,)) for stage in stages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = lockfile.parse((root / "dvc.lock").read_text()).entries()
    assert sorted(entries) == sorted(stage.name for stage in stages)
    assert {look(project, stage).reason for stage in stages} == {
        "its outs are those of `dvc.lock`, and in place"
    }
    assert len((root / ".gitignore").read_text().split()) == 16


KILL_AT_EVERY_STEP = """
import os, shutil, signal, sys
from pathlib import Path
from gitwf.data.execute import begin, restore, save
from gitwf.data.look import look
from gitwf.data.project import Project
from gitwf.plan.stage import Out, Stage

root = Path(sys.argv[1])
stage = Stage("s", "true", deps=("in.txt",), outs=(Out("out"), Out("folder")))
steps = {"os.rename", "os.chmod", "os.mkdir", "open", "os.remove"}


def saved(fatal):
    project, calls = Project.open(root), 0
    seen = look(project, stage)
    begin(project, stage)
    (root / "out").write_text("out")
    (root / "folder").mkdir()
    (root / "folder" / "a").write_text("a")

    def kill(event, arguments):
        nonlocal calls
        calls += event in steps
        if calls == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(kill)
    save(project, stage, seen)


def check():
    project = Project.open(root)
    seen = look(project, stage)
    if seen.entry is not None:
        restore(project, stage, seen)
        assert (root / "out").read_text() == "out"
        assert (root / "folder" / "a").read_text() == "a"
    return seen.entry is not None


status = fatal = restored = 0
while fatal == 0 or status != 0:
    fatal += 1
    child = os.fork()
    if child == 0:
        saved(fatal)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    restored += check()
    shutil.rmtree(root / ".dvc" / "cache", ignore_errors=True)
    (root / "dvc.lock").unlink(missing_ok=True)
print(fatal, restored)
"""


def test_a_kill_at_any_step_leaves_nothing_half(root: Path, write: Write) -> None:
    write({"in.txt": "1"})
    command = [sys.executable, "-c", KILL_AT_EVERY_STEP, str(root)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    steps, restored = map(int, done.stdout.split())
    assert steps > 20
    assert 1 <= restored < steps
