"""Wishes as refs: real ones, in a real repository."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitwf.records.requests import APPROVE, CANCEL, Requests, Suspensions, Wish, name_of

if TYPE_CHECKING:
    from tests.conftest import Folder, TestClock

    from gitwf.repo.repository import Repository

ADA = "Ada <ada@example.org>"


@pytest.fixture
def requests(repository: Repository, clock: TestClock) -> Requests:
    return Requests(repository, clock)


@pytest.fixture
def suspensions(repository: Repository, clock: TestClock) -> Suspensions:
    return Suspensions(repository, clock)


def test_a_wish_is_a_line_of_json_that_anyone_can_read(requests: Requests, folder: Folder) -> None:
    requests.ask("01A", CANCEL, ADA, "wrong data")
    message = folder.git("log", "-1", "--format=%B", "refs/wf/requests/01A/cancel").strip()
    assert message == (
        '{"by":"Ada <ada@example.org>","at":"2026-11-22T10:46:55.123456Z","why":"wrong data",'
        '"name":"01A/cancel"}'
    )
    assert folder.git("ls-tree", "refs/wf/requests/01A/cancel") == ""
    assert folder.git("fsck", "--strict") == ""


def test_who_asked_first_counts(requests: Requests) -> None:
    first = requests.ask("01A", CANCEL, ADA)
    assert requests.ask("01A", CANCEL, "Bob <b@example.org>", "too late") == first
    assert requests.find("01A", CANCEL) == first
    assert requests.find("01A", APPROVE) is None
    assert requests.find("01B", CANCEL) is None


def test_what_was_acted_on_is_gone(requests: Requests, folder: Folder) -> None:
    requests.ask("01A", CANCEL, ADA)
    requests.ask("01A", APPROVE, ADA)
    requests.settle("01A", APPROVE)
    assert requests.find("01A", CANCEL) is not None
    requests.settle("01A")
    requests.settle("01A")
    assert folder.git("for-each-ref", "refs/wf/requests") == ""


def test_packed_refs_are_heard_too(requests: Requests, folder: Folder) -> None:
    wish = requests.ask("01A", CANCEL, ADA)
    folder.git("pack-refs", "--all")
    assert requests.find("01A", CANCEL) == wish
    requests.settle("01A")
    assert requests.find("01A", CANCEL) is None


def test_a_wish_in_other_words_counts_all_the_same(requests: Requests, folder: Folder) -> None:
    folder.git("update-ref", "refs/wf/requests/01A/cancel", "HEAD")
    assert requests.find("01A", CANCEL) == Wish("somebody", "")


def test_suspended_workflows(suspensions: Suspensions) -> None:
    first = suspensions.suspend("workflows/a b.wf", ADA, "flaky")
    second = suspensions.suspend("workflows/c.wf", ADA)
    assert suspensions.all() == {"workflows/a b.wf": first, "workflows/c.wf": second}
    assert suspensions.find("workflows/c.wf") == second
    assert suspensions.resume("workflows/c.wf", "Ada <ada@example.org>")
    assert not suspensions.resume("workflows/c.wf", "Ada <ada@example.org>")
    assert suspensions.all() == {"workflows/a b.wf": first}


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(ADA, "t"), "by Ada <ada@example.org>"),
        (Wish(ADA, "t", "flaky"), "by Ada <ada@example.org>: flaky"),
    ],
    ids=["without-a-reason", "with-one"],
)
def test_a_wish_in_a_sentence(wish: Wish, said: str) -> None:
    assert str(wish) == said


NAMES = {
    "workflows/main.wf": "workflows/main.wf",
    "a b.wf": "a%20b.wf",
    "é.wf": "%C3%A9.wf",
    ".hidden/x.wf": "%2Ehidden/x.wf",
    "a..b.wf": "a%2E%2Eb.wf",
    "a.lock/b.lock": "a%2Elock/b%2Elock",
    "~x^y:z?[*\\@{.": "%7Ex%5Ey%3Az%3F%5B%2A%5C%40%7B%2E",
    "100%.wf": "100%25.wf",
}


@pytest.mark.parametrize(("path", "name"), NAMES.items(), ids=NAMES)
def test_a_path_as_a_part_of_a_ref(path: str, name: str) -> None:
    assert name_of(path) == name


_PARTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1
).filter(lambda part: part not in (".", ".."))


@given(st.lists(_PARTS, min_size=1, max_size=3).map("/".join))
def test_every_path_is_a_name_that_git_takes_and_comes_back(path: str) -> None:
    name = name_of(path)
    assert unquote(name) == path
    command = ["git", "check-ref-format", f"refs/wf/suspended/{name}"]
    assert subprocess.run(command, check=False).returncode == 0
