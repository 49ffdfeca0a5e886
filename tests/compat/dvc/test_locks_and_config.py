"""Our locks are DVC's locks, and its configuration means to us what it means to DVC."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from dvc.config import Config
from dvc.fs import localfs
from dvc.lock import Lock
from dvc.lock import LockError as DvcLockError
from dvc.rwlock import rwlock

from gitwf.data.entry import Entry
from gitwf.data.errors import BrokenFileError, LockedError
from gitwf.data.execute import record_entries
from gitwf.data.locks import locked, shown
from gitwf.data.project import Project
from gitwf.data.rwlock import RwLock

CONFIGS = [
    pytest.param("", "", id="nothing"),
    pytest.param("[cache]\n    dir = ../shared\n", "", id="relative"),
    pytest.param("[cache]\n    dir = /srv/cache  # here\n", "", id="comment"),
    pytest.param("[cache]\ndir = '/srv/a b'\n", "", id="quoted"),
    pytest.param("[cache]\n    dir = ~/cache\n", "", id="home"),
    pytest.param("[cache]\n    dir = one\n", "[cache]\n    dir = two\n", id="local-wins"),
    pytest.param("[core]\n    remote = s\n['remote \"s\"']\n    url = ../store\n", "", id="remote"),
    pytest.param("['remote \"s\"']\n    url = s3://b/p\n    region = eu\n", "", id="url"),
    pytest.param("['remote \"s\"']\n    url = /x\n", "['remote \"s\"']\n    password = 'a#b'\n", id="secret"),
]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / ".dvc" / "tmp").mkdir(parents=True)
    (root / ".dvc" / "config").touch()
    return root


@pytest.mark.parametrize(("tracked", "local"), CONFIGS)
def test_configuration_means_what_it_means_to_dvc(root: Path, tracked: str, local: str) -> None:
    (root / ".dvc" / "config").write_text(tracked, encoding="utf-8")
    (root / ".dvc" / "config.local").write_text(local, encoding="utf-8")
    expected = Config(str(root / ".dvc"), validate=False)
    project = Project.open(root)
    for section, options in project.config.items():
        kind, _, name = section.partition(' "')
        theirs = expected[kind][name.removesuffix('"')] if name else expected[section]
        assert options == {key: str(value) for key, value in theirs.items()}
    assert str(project.cache.root) == expected.get("cache", {}).get("dir", str(root / ".dvc/cache"))


def test_global_configuration_counts_least(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = root.parent / "global"
    shared.mkdir()
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(shared))
    (shared / "config").write_text(
        "[cache]\n    dir = /srv/all\n    type = symlink\n", encoding="utf-8"
    )
    assert str(Project.open(root).cache.root) == "/srv/all"
    (root / ".dvc" / "config").write_text("[cache]\n    dir = /srv/one\n", encoding="utf-8")
    assert str(Project.open(root).cache.root) == "/srv/one"
    assert Project.open(root).cache.links == ("symlink",)


def test_global_configuration_is_found_where_dvc_finds_it(root: Path) -> None:
    folder = Path(Config.get_dir("global"))
    folder.mkdir(parents=True)
    (folder / "config").write_text("[cache]\n    dir = /srv/all\n", encoding="utf-8")
    assert str(Project.open(root).cache.root) == "/srv/all"


def test_dvc_waits_for_our_lock(root: Path) -> None:
    path = root / ".dvc" / "tmp" / "lock"
    theirs = Lock(str(path))
    with locked(path), pytest.raises(DvcLockError):
        theirs._do_lock()
    theirs.lock()
    theirs.unlock()


def test_we_wait_for_the_lock_of_dvc_and_name_its_holder(root: Path) -> None:
    path = root / ".dvc" / "tmp" / "lock"
    with Lock(str(path)), pytest.raises(LockedError) as caught, locked(path, deadline=0.02):
        pass
    assert str(caught.value) == (
        f"{shown(str(os.getpid()))} holds `{path}` "
        "(it is a `dvc` command or another run: wait for it, or end it)"
    )
    with locked(path, deadline=0):
        assert path.read_text() == f" {os.getpid()}\n"


def test_what_dvc_holds_is_waited_for(root: Path) -> None:
    theirs = Lock(str(root / ".dvc" / "tmp" / "lock"))
    theirs.lock()
    threading.Timer(0.3, theirs.unlock).start()
    record_entries(Project.open(root), {"train": Entry("true")})
    assert (root / "dvc.lock").read_text() == "schema: '2.0'\nstages:\n  train:\n    cmd: 'true'\n"


def test_a_killed_holder_leaves_no_lock(root: Path) -> None:
    path = root / ".dvc" / "tmp" / "lock"
    code = (
        "import os, pathlib, signal, sys; from gitwf.data.locks import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -9
    with locked(path, deadline=0):
        pass


def test_dvc_is_told_which_run_holds_a_path(root: Path) -> None:
    tmp, model, data = root / ".dvc" / "tmp", root / "model.bin", root / "data.csv"
    with RwLock(tmp).busy("17", read=[data], write=[model]):
        with (
            pytest.raises(DvcLockError, match=f"{os.getpid()}.*git wf run 17"),
            rwlock(str(tmp), localfs, "dvc repro", [str(model)], [], hardlink=False),
        ):
            pass
        with rwlock(str(tmp), localfs, "dvc status", [str(data)], [], hardlink=False):
            pass
    assert json.loads((tmp / "rwlock").read_text()) in ({}, {"read": {}, "write": {}})


def test_a_torn_rwlock_is_said(root: Path) -> None:
    tmp = root / ".dvc" / "tmp"
    (tmp / "rwlock").write_text('{"write": ', encoding="utf-8")
    with pytest.raises(BrokenFileError) as caught, RwLock(tmp).busy("x", read=[], write=[]):
        pass
    assert str(caught.value) == (
        f"`{tmp / 'rwlock'}` is not as DVC writes it (remove it when no `dvc` command runs)"
    )
