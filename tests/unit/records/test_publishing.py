"""A run and its commit's note come into git together, or neither does; nobody's lines are lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from gitwf.records.event import encode
from gitwf.records.notes import REF, Notes
from gitwf.records.publishing import Publishing
from gitwf.records.runs import Runs, Snapshot
from gitwf.repo.errors import RepositoryError

if TYPE_CHECKING:
    from tests.conftest import Folder, TestClock
    from tests.unit.records.conftest import Begin, History

    from gitwf.repo.repository import Repository


class Books:
    """The runs and the notes of one repository, opened anew."""

    def __init__(self, repository: Repository, clock: TestClock) -> None:
        self.runs = Runs(repository, clock)
        self.notes = Notes(repository, clock)
        self._publishing = Publishing(repository, self.runs, self.notes)

    def publish(self, history: History) -> str:
        lines = [encode(event) for event in history.events]
        snapshot = Snapshot(history.run, history.commit, history.events, b"{}")
        return self._publishing.publish(snapshot, lines)


@pytest.fixture
def books(repository: Repository, clock: TestClock) -> Books:
    return Books(repository, clock)


def test_both_are_there(books: Books, begin: Begin) -> None:
    history = begin()
    tip = books.publish(history)
    assert books.runs.tip(history.run) == tip
    assert books.notes.read(history.commit) == [encode(event) for event in history.events]


def test_without_lines_the_note_stays(folder: Folder, books: Books, begin: Begin) -> None:
    history = begin()
    books.publish(history)
    before = folder.git("rev-parse", REF)
    history.finish()
    tip = books._publishing.publish(
        Snapshot(history.run, history.commit, history.events, b"{}"), ()
    )
    assert (books.runs.tip(history.run), folder.git("rev-parse", REF)) == (tip, before)


def test_where_the_note_cannot_be_written_the_run_stays_too(
    folder: Folder, books: Books, begin: Begin
) -> None:
    history = begin()
    in_the_way = folder.path / ".git" / "refs" / "notes"
    in_the_way.touch()
    with pytest.raises(RepositoryError):
        books.publish(history)
    assert books.runs.tip(history.run) is None
    in_the_way.unlink()
    assert books.publish(history) == books.runs.tip(history.run)


def test_runs_that_are_published_at_once(folder: Folder, clock: TestClock, begin: Begin) -> None:
    histories = [begin() for _ in range(8)]
    with ThreadPoolExecutor(len(histories)) as pool:
        everybody = [Books(folder.open(), clock) for _ in histories]
        tips = list(pool.map(Books.publish, everybody, histories))
    books = Books(folder.open(), clock)
    assert [books.runs.tip(history.run) for history in histories] == tips
    expected = {encode(event) for history in histories for event in history.events}
    assert set(books.notes.read(histories[0].commit)) == expected
