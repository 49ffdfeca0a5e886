"""After all that git's own upkeep does, the records are there and whole."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from msgspec import Raw

from gitwf.records.clock import spell
from gitwf.records.environments import Environments
from gitwf.records.event import Event, RunFinished, RunStarted, encode
from gitwf.records.ids import Ids
from gitwf.records.notes import Notes
from gitwf.records.runs import Runs, Snapshot
from gitwf.repo.errors import StorageFullError
from gitwf.repo.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Folder, FullDisk, TestClock


class Books:
    """All records of a repository, with one run in them."""

    def __init__(self, repository: Repository, clock: TestClock) -> None:
        commit = repository.commit("HEAD")
        assert commit is not None
        ids = Ids(clock)
        self.run = ids.new()
        self.commit = commit.id
        bodies = (
            RunStarted("w.wf", commit.id, commit.tree, "main", "k", "commit"),
            RunFinished("succeeded", "w.wf", commit.id, "main", "k", 1.0, 1, 0, {"a": Raw(b"1.0")}),
        )
        self.events = [Event(spell(clock.now()), ids.new(), 0, self.run, body) for body in bodies]
        self.runs = Runs(repository, clock)
        self.notes = Notes(repository, clock)
        self.environments = Environments(repository, clock)

    def snapshot(self, plan: bytes = b"{}") -> Snapshot:
        return Snapshot(self.run, self.commit, self.events, plan, results={"k1": b"[1.0]"})

    def write(self) -> None:
        tip = self.runs.write(self.snapshot(), None)
        self.notes.append({self.commit: [encode(event) for event in self.events]})
        self.environments.change("production", self.runs.read(self.run), tip)

    def read(self) -> tuple[object, ...]:
        return (
            self.runs.events(self.run),
            self.runs.newest(),
            self.runs.find_result("k1"),
            self.notes.read(self.commit),
            self.environments.history("production"),
        )


@pytest.fixture
def books(repository: Repository, clock: TestClock) -> Books:
    return Books(repository, clock)


UPKEEP: dict[str, Callable[[Folder], object]] = {
    "gc": lambda folder: folder.git("gc", "--quiet", "--prune=now"),
    "pack-refs": lambda folder: folder.git("pack-refs", "--all"),
    "repack": lambda folder: folder.git("repack", "-a", "-d", "-f", "--quiet"),
    "prune-packed": lambda folder: folder.git("prune", "--expire=now"),
    "reflog": lambda folder: folder.git("reflog", "expire", "--expire=now", "--all"),
    "no-caches": lambda folder: shutil.rmtree(folder.path / ".git" / "wf" / "cache"),
}


@pytest.mark.parametrize("upkeep", UPKEEP.values(), ids=UPKEEP)
def test_all_is_still_there(
    folder: Folder, books: Books, upkeep: Callable[[Folder], object]
) -> None:
    books.write()
    before = books.read()
    upkeep(folder)
    assert books.read() == before
    assert folder.git("fsck", "--strict", "--full", "--no-dangling") == ""
    assert folder.git("status", "--short") == ""


def test_a_mirror_has_it_all(folder: Folder, books: Books, clock: TestClock) -> None:
    books.write()
    folder.git("clone", "--quiet", "--mirror", ".", "../mirror.git")
    mirror = Repository.open(folder.path.parent / "mirror.git")
    assert Runs(mirror, clock).events(books.run) == books.events
    assert Notes(mirror, clock).read(books.commit) == books.notes.read(books.commit)
    assert Environments(mirror, clock).all() == books.environments.all()


def test_a_full_disk_leaves_the_records_as_they_were(
    folder: Folder, books: Books, full_disk: FullDisk
) -> None:
    books.write()
    before = books.read()
    tip = books.runs.tip(books.run)
    noise = b"".join(b"%x" % hash((n, "x")) for n in range(100_000))
    with full_disk(), pytest.raises(StorageFullError):
        books.runs.write(books.snapshot(plan=noise), tip)
    with full_disk(), pytest.raises(StorageFullError):
        books.notes.append({books.commit: [noise]})
    assert books.read() == before
    assert folder.git("fsck", "--strict", "--full", "--no-dangling") == ""
    assert list((folder.path / ".git").rglob("*.lock")) == [
        folder.path / ".git" / "wf" / "notes.lock"
    ]
    books.runs.write(books.snapshot(plan=noise), tip)
