from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gitwf.data import runcache
from gitwf.data.errors import DataError, ParamError, PathError, UnsupportedError
from gitwf.data.execute import Saved, restore
from gitwf.data.hashes import md5_of
from gitwf.data.look import look
from gitwf.data.project import Project
from gitwf.plan.stage import Out, OutKind, Stage

Write = Callable[[dict[str, str | bytes]], None]
Execute = Callable[[Stage], Saved]

COPY = Stage(
    "copy",
    "cp in.txt out.txt && cp in.txt m.json",
    deps=("in.txt",),
    params={"params.yaml": ("lr", "seed")},
    outs=(Out("out.txt"), Out("m.json", OutKind.METRIC)),
)
FILES: dict[str, str | bytes] = {"in.txt": "1", "params.yaml": "lr: 0.1\nseed: 1\n"}


def seen(root: Path, stage: Stage) -> tuple[str, bool, bool]:
    """Return the reason, whether the stage is restored, and whether it is unchanged."""
    found = look(Project.open(root), stage)
    return found.reason, found.entry is not None, found.unchanged


def test_a_stage_that_was_never_executed(root: Path, write: Write) -> None:
    write(FILES)
    assert seen(root, COPY) == ("no result for these deps in the run cache", False, False)


def test_a_stage_whose_outs_are_in_place(root: Path, write: Write, execute: Execute) -> None:
    write(FILES)
    saved = execute(COPY)
    found = look(Project.open(root), COPY)
    assert (found.reason, found.unchanged) == (
        "its outs are those of `dvc.lock`, and in place",
        True,
    )
    assert found.entry == saved.entry
    assert found.key == saved.entry.key()
    assert found.value == saved.entry.value()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"in.txt": "2"}, "`in.txt` is not that of `dvc.lock`", id="dep"),
        pytest.param({"params.yaml": "lr: 0.2\nseed: 1\n"}, "`params.yaml`: `lr` is not that of `dvc.lock`", id="param"),
        pytest.param({"params.yaml": "lr: 0.1\nseed: '1'\n"}, "`params.yaml`: `seed` is not that of `dvc.lock`", id="type"),
    ],
)  # fmt: skip
def test_what_changed_is_named_and_what_comes_back_is_restored(
    root: Path, write: Write, execute: Execute, change: dict[str, str | bytes], reason: str
) -> None:
    write(FILES)
    execute(COPY)
    write(change)
    assert seen(root, COPY) == (reason, False, False)
    write(FILES)
    assert seen(root, COPY) == ("its outs are those of `dvc.lock`, and in place", True, True)
    write(change)
    execute(COPY)
    write(FILES)
    assert seen(root, COPY) == ("the run cache has a result for these deps", True, False)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"cmd": "cp in.txt out.txt; cp in.txt m.json"}, "the command is not that of `dvc.lock`"),
        ({"outs": (Out("out.txt"),)}, "its outs are not those of `dvc.lock`"),
        ({"deps": ()}, "`in.txt` is not that of `dvc.lock`"),
    ],
)
def test_what_changed_of_the_stage_is_named(
    root: Path, write: Write, execute: Execute, fields: dict[str, object], reason: str
) -> None:
    write(FILES)
    execute(COPY)
    changed = msgspec.structs.replace(COPY, **fields)
    assert seen(root, changed) == (reason, False, False)


def test_outs_that_are_gone_come_back(root: Path, write: Write, execute: Execute) -> None:
    write(FILES)
    execute(COPY)
    (root / "out.txt").unlink()
    (root / "m.json").write_text("mine")
    assert seen(root, COPY) == ("its outs are those of `dvc.lock`", True, False)
    project = Project.open(root)
    restore(project, COPY, look(project, COPY))
    assert (root / "out.txt").read_text() == (root / "m.json").read_text() == "1"
    assert seen(root, COPY) == ("its outs are those of `dvc.lock`, and in place", True, True)


def test_outs_that_the_cache_lost_are_named(root: Path, write: Write, execute: Execute) -> None:
    write(FILES)
    saved = execute(COPY)
    Project.open(root).cache.path(saved.outs[0].content.md5).unlink()
    assert seen(root, COPY) == ("what it wrote before is no longer in the cache", False, False)


def test_an_older_result_is_taken_where_the_newest_is_lost(
    root: Path, write: Write, execute: Execute
) -> None:
    write(FILES)
    old = execute(COPY)
    (root / "new").write_text("new")
    project = Project.open(root)
    content = project.cache.add(root / "new")
    outs = tuple(msgspec.structs.replace(item, content=content) for item in old.outs)
    runcache.write(project.cache, msgspec.structs.replace(old.entry, outs=outs))
    (root / "dvc.lock").unlink()
    newest = look(project, COPY).entry
    assert newest is not None
    assert newest.outs == outs
    project.cache.path(content.md5).unlink()
    assert look(project, COPY).entry == old.entry


def test_a_stage_without_deps_has_no_run_cache(root: Path, execute: Execute) -> None:
    stage = Stage("alone", "echo 1 > out.txt", outs=(Out("out.txt"),))
    reason = "DVC keeps no results of a stage without deps"
    assert seen(root, stage) == (reason, False, False)
    assert look(Project.open(root), stage).key is None
    execute(stage)
    assert seen(root, stage) == ("its outs are those of `dvc.lock`, and in place", True, True)
    (root / "dvc.lock").unlink()
    assert seen(root, stage) == (reason, False, False)


def test_a_stage_whose_outs_persist_has_no_run_cache(
    root: Path, write: Write, execute: Execute
) -> None:
    write(FILES)
    stage = Stage("grow", "cat in.txt >> log", deps=("in.txt",), outs=(Out("log", persist=True),))
    reason = "DVC keeps no results of a stage whose outs persist"
    assert seen(root, stage) == (reason, False, False)
    execute(stage)
    write({"in.txt": "2"})
    assert seen(root, stage) == ("`in.txt` is not that of `dvc.lock`", False, False)
    execute(stage)
    assert (root / "log").read_text() == "12"


def test_an_out_that_dvc_does_not_keep_counts_where_it_is_in_place(
    root: Path, write: Write, execute: Execute
) -> None:
    write(FILES)
    stage = Stage("plain", "cp in.txt out", deps=("in.txt",), outs=(Out("out", cache=False),))
    execute(stage)
    assert seen(root, stage) == ("its outs are those of `dvc.lock`, and in place", True, True)
    (root / "out").unlink()
    assert seen(root, stage) == ("`out` is no longer in the cache", False, False)


def test_a_stage_without_deps_and_outs_is_always_executed(root: Path, execute: Execute) -> None:
    stage = Stage("say", "true")
    execute(stage)
    assert seen(root, stage) == ("a stage without deps and outs is always executed", False, False)


def test_missing_deps_are_named(root: Path, write: Write) -> None:
    found = look(Project.open(root), msgspec.structs.replace(COPY, deps=("in.txt", "d/e")))
    assert found.missing_deps == ("in.txt", "d/e")
    assert found.reason == "`in.txt`, `d/e` do not exist"
    assert found.wanted is None
    write(FILES | {"d/e": ""})
    assert look(Project.open(root), COPY).missing_deps == ()


def test_the_data_of_a_dvc_file_comes_from_the_cache(root: Path, write: Write) -> None:
    write(FILES | {"raw/a": "a", "raw/b": "b"})
    project = Project.open(root)
    content = project.cache.add(root / "raw")
    (root / "raw").rename(root / "elsewhere")
    out = f"outs:\n- md5: {content.md5}\n  size: 2\n  nfiles: 2\n  hash: md5\n  path: raw\n"
    write({"raw.dvc": out})
    stage = msgspec.structs.replace(COPY, deps=("raw/a",))
    assert look(project, stage).missing_deps == ()
    assert (root / "raw" / "b").read_text() == "b"
    (root / "raw").rename(root / "again")
    project.cache.path(content.md5).unlink()
    found = look(project, stage)
    assert found.missing_deps == ("raw/a",)
    assert (
        found.reason == "the data of `raw.dvc` is not in the cache (`dvc pull raw.dvc` brings it)"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "`x.dvc` is not as DVC writes it"),
        ("outs: [{md5: a, path: x}]", "`x.dvc`: `x` has a hash of DVC 2"),
        ("outs: []", "`x.dvc` tracks more than the path beside it"),
        ("deps: []\nouts: []", "`x.dvc` imports its data"),
    ],
)
def test_a_dvc_file_that_needs_dvc_itself_is_refused(
    root: Path, write: Write, text: str, message: str
) -> None:
    write({"x.dvc": text})
    with pytest.raises(DataError) as caught:
        look(Project.open(root), Stage("x", "true", deps=("x",)))
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("fields", "kind", "message"),
    [
        ({"deps": ("../x",)}, PathError, "`../x` leads out of the repository"),
        ({"deps": (".",)}, PathError, "`.` is the whole repository"),
        ({"outs": (Out(".git/config"),)}, PathError, "`.git/config` leads into `.git`"),
        ({"deps": ("a/../.dvc/x",)}, PathError, "`a/../.dvc/x` leads into `.dvc`"),
        ({"deps": ("link/x",)}, PathError, "`link/x` leads out of the repository"),
        (
            {"deps": ("/etc/passwd",)},
            UnsupportedError,
            "`/etc/passwd` is outside of the repository",
        ),
        ({"deps": ("s3://b/k",)}, UnsupportedError, "`s3://b/k` is outside of the repository"),
        (
            {"outs": (Out("x.dvc"),)},
            PathError,
            "`x.dvc` cannot be an out: it is a file of DVC itself",
        ),
        ({"outs": (Out("t/x"),)}, PathError, "`t/x` cannot be an out: `.dvcignore` names it"),
        (
            {"outs": (Out("a/b"), Out("a"))},
            PathError,
            "`copy` cannot be a stage: its out `a/b` lies in `a`, an out of `copy`",
        ),
        ({"outs": (Out("data"),)}, PathError, "`data` cannot be an out: `data.dvc` tracks it"),
        ({"wdir": "none"}, PathError, "`wdir` of `copy`: there is no folder `none`"),
        ({"wdir": "../.."}, PathError, "`../..` leads out of the repository"),
        ({"params": {"params.yaml": ("no",)}}, ParamError, "`no` is not in `params.yaml`"),
    ],
)
def test_what_a_stage_must_not_name_is_refused(
    root: Path, write: Write, fields: dict[str, object], kind: type[DataError], message: str
) -> None:
    write(FILES | {".dvcignore": "t/\n", "data.dvc": "outs: []\n"})
    (root / "link").symlink_to(root.parent)
    with pytest.raises(kind) as caught:
        look(Project.open(root), msgspec.structs.replace(COPY, **fields))
    assert caught.value.message == message


def test_a_broken_run_cache_entry_is_a_miss(root: Path, write: Write, execute: Execute) -> None:
    write(FILES)
    saved = execute(COPY)
    (root / "dvc.lock").unlink()
    key = saved.entry.key()
    (root / ".dvc/cache/runs" / key[:2] / key / saved.entry.value()).write_bytes(b"cmd: [")
    assert seen(root, COPY) == ("no result for these deps in the run cache", False, False)
    execute(COPY)
    (root / "dvc.lock").unlink()
    assert seen(root, COPY) == ("the run cache has a result for these deps", True, False)


WORK = "stages:\n  make:\n    cmd: cp source made\n    deps: [source]\n    outs: [made]\n"


def test_a_dep_that_a_lock_file_has_comes_from_the_cache(
    root: Path, write: Write, execute: Execute
) -> None:
    write({"work/source": "text", "work/dvc.yaml": WORK})
    source, made = ("source",), (Out("made"),)
    execute(Stage("make", "cp source made", "work", source, outs=made, folder="work"))
    (root / "work" / "made").unlink()
    project = Project.open(root)
    reader = Stage("read", "x", deps=("work/made",), outs=(Out("out"),))
    assert look(project, reader).missing_deps == ()
    assert (root / "work" / "made").read_text() == "text"
    (root / "work" / "made").unlink()
    project.cache.path(md5_of(b"text")).unlink()
    missing = look(project, reader)
    assert missing.missing_deps == ("work/made",)
    assert missing.reason == (
        "the data of `work/made` is not in the cache (`dvc pull work/made` brings it)"
    )
