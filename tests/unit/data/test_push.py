"""Pushing, with DVC's own file systems in a process of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitwf.data.hashes import HashInfo
from gitwf.data.obtain import obtain
from gitwf.data.project import Project
from gitwf.data.push import Pusher
from gitwf.data.remote import RemoteError
from gitwf.data.tracked import bring
from gitwf.data.unpushed import Pushed, Unpushed

Write = Callable[[dict[str, str | bytes]], None]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def project(root: Path, store: Path) -> Iterator[Project]:
    config = f"[core]\n    remote = Store\n['remote \"store\"']\n    url = {store}\n"
    (root / ".dvc" / "config").write_text(config)
    project = Project.open(root)
    yield project
    assert project.remote is not None
    project.remote.close()


@pytest.fixture
def pusher(tmp_path: Path) -> Iterator[Pusher]:
    pusher = Pusher(tmp_path / "state")
    yield pusher
    pusher.close()


def test_names_wait_on_disk(tmp_path: Path) -> None:
    unpushed, one, two = Unpushed(tmp_path), Path("/one"), Path("/two")
    assert (unpushed.names(), unpushed.names(one), unpushed.problem) == ([], [], None)
    unpushed.add(one, ["runs/ab/k/v", "files/md5/ab/c"])
    unpushed.add(one, ["files/md5/ab/c"])
    unpushed.add(two, ["files/md5/00/d"])
    unpushed.note("no route")
    again = Unpushed(tmp_path)
    assert again.names(one) == ["files/md5/ab/c", "runs/ab/k/v"]
    assert again.names() == ["files/md5/00/d", "files/md5/ab/c", "runs/ab/k/v"]
    assert again.problem == "no route"
    again.remove(one, ["runs/ab/k/v", "never there"])
    again.note(None)
    assert (unpushed.names(one), unpushed.names(two)) == (["files/md5/ab/c"], ["files/md5/00/d"])
    assert unpushed.problem is None


def test_what_was_pushed_is_known_for_each_remote(tmp_path: Path) -> None:
    Pushed(tmp_path, "s3://a").add(["x", "y", "x"])
    again = Pushed(tmp_path, "s3://a")
    assert ("x" in again, "y" in again, "z" in again) == (True, True, False)
    assert "x" not in Pushed(tmp_path, "s3://b")


def test_a_folder_goes_to_the_remote_and_comes_back(
    root: Path, project: Project, store: Path, pusher: Pusher, write: Write
) -> None:
    write({"data/a": "one", "data/b": "two", "model": "three"})
    contents = [project.cache.add(root / name) for name in ("data", "model")]
    names = [project.cache.objects.name(content.md5) for content in contents]
    pusher.offer(project, names)
    pusher.settle()
    assert pusher.unpushed.names() == []
    assert pusher.has(project, names)
    parts = [md5 for content in contents for md5 in project.cache.objects_of(content)]
    places = [project.cache.path(md5) for md5 in parts]
    before = [place.read_bytes() for place in places]
    assert [(store / p.relative_to(project.cache.root)).read_bytes() for p in places] == before
    for place in places:
        place.unlink()
    assert obtain(project, contents) is None
    assert [place.read_bytes() for place in places] == before


def test_data_that_dvc_add_tracks_come_from_the_remote(
    root: Path, project: Project, pusher: Pusher, write: Write
) -> None:
    write({"raw.csv": "1,2"})
    content = project.cache.add(root / "raw.csv")
    pusher.offer(project, [project.cache.objects.name(content.md5)])
    pusher.settle()
    project.cache.path(content.md5).unlink()
    (root / "raw.csv").unlink()
    out = f"{{md5: {content.md5}, size: 3, hash: md5, path: raw.csv}}"
    write({"raw.csv.dvc": f"outs: [{out}]\n"})
    assert bring(project, root / "raw.csv")
    assert (root / "raw.csv").read_text() == "1,2"


def test_what_the_remote_has_spoilt_does_not_count(
    root: Path, project: Project, store: Path, pusher: Pusher, write: Write
) -> None:
    write({"model": "three"})
    content = project.cache.add(root / "model")
    name = project.cache.objects.name(content.md5)
    pusher.offer(project, [name])
    pusher.settle()
    (store / name).write_text("other")
    project.cache.path(content.md5).unlink()
    assert obtain(project, [content]) == ", nor in the remote `store`"
    assert not project.cache.path(content.md5).exists()
    assert obtain(project, [HashInfo("0" * 32)]) == ", nor in the remote `store`"


def test_what_the_cache_has_lost_waits_no_longer(
    project: Project, pusher: Pusher, store: Path
) -> None:
    lost = ["files/md5/00/" + "0" * 30, "files/md5/00/" + "0" * 30 + ".dir", "runs/00/k/v"]
    pusher.offer(project, lost)
    pusher.settle()
    assert pusher.unpushed.names() == []
    assert not pusher.has(project, lost[:1])
    assert not store.exists()


def test_a_later_pusher_goes_on(root: Path, project: Project, tmp_path: Path, write: Write) -> None:
    write({"model": "three"})
    name = project.cache.objects.name(project.cache.add(root / "model").md5)
    Unpushed(tmp_path / "state").add(project.cache.root, [name])
    pusher = Pusher(tmp_path / "state")
    pusher.resume(project)
    pusher.settle()
    pusher.close()
    assert pusher.unpushed.names() == []


def test_a_remote_that_is_not_there_is_said(
    root: Path, project: Project, pusher: Pusher, store: Path, write: Write
) -> None:
    store.touch()
    write({"model": "three"})
    content = project.cache.add(root / "model")
    names = [project.cache.objects.name(content.md5)]
    pusher.offer(project, names)
    pusher.settle()
    problem = "the remote `store` cannot be used: not a directory"
    assert (pusher.unpushed.names(), pusher.unpushed.problem) == (names, problem)
    project.cache.path(content.md5).unlink()
    assert obtain(project, [content]) == ", nor in the remote `store`"


def test_a_remote_whose_process_was_killed_gets_another(
    root: Path, project: Project, store: Path
) -> None:
    (root / "a").write_text("one")
    assert project.remote is not None
    assert project.remote.put([(root / "a", "x/1")]) == {}
    project.remote.interrupt()
    assert project.remote.put([(root / "a", "x/2"), (root / "b", "x/3")]) == {
        "x/3": "no such file or directory"
    }
    assert sorted(path.name for path in (store / "x").iterdir()) == ["1", "2"]


def test_a_remote_that_is_closed_answers_nothing(project: Project) -> None:
    assert project.remote is not None
    project.remote.close()
    with pytest.raises(RemoteError) as caught:
        project.remote.get([])
    assert str(caught.value) == "the remote `store` cannot be used: it is closed"


def test_without_a_default_remote_nothing_waits(root: Path, pusher: Pusher) -> None:
    (root / ".dvc" / "config").write_text("['remote \"store\"']\n    url = /nowhere\n")
    project = Project.open(root)
    pusher.offer(project, ["files/md5/ab/c"])
    assert (project.remote, pusher.unpushed.names()) == (None, [])
    assert not pusher.has(project, [])
