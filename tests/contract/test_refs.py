"""What every store of refs does: the one in memory and git's, loose or packed, in either id format."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.errors import ConflictError
from gitwf.repo.memory import MemoryRefs
from gitwf.repo.refs import Refs, RefUpdate

if TYPE_CHECKING:
    from tests.conftest import MakeFolder

RUN = "refs/wf/runs/2026-11/A"
OTHER = "refs/wf/runs/2026-11/B"


class Store:
    """A store under test, two ids that it takes, and what may happen to it between two steps."""

    def __init__(self, refs: Refs, ids: tuple[str, str], upkeep: Callable[[], object]) -> None:
        self.refs = refs
        self.first, self.second = ids
        self.upkeep = upkeep


@pytest.fixture(params=["memory", "loose", "packed", "sha256", "without-files"])
def store(request: pytest.FixtureRequest, make_folder: MakeFolder) -> Store:
    if request.param == "memory":
        return Store(MemoryRefs(), ("1" * 40, "2" * 40), lambda: None)
    folder = make_folder("store", *(["--object-format=sha256"] * (request.param == "sha256")))
    ids = folder.commit({}, "First"), folder.commit({}, "Second")
    if request.param == "without-files":
        (folder.path / ".git" / "reftable").mkdir()
    is_packed = request.param == "packed"
    upkeep = (lambda: folder.git("pack-refs", "--all")) if is_packed else (lambda: "")
    return Store(folder.open().refs, ids, upkeep)


def test_a_ref_that_is_not_there(store: Store) -> None:
    assert store.refs.read(RUN) is None
    assert store.refs.list("refs/wf/") == {}


def test_create_move_delete(store: Store) -> None:
    seen = []
    for new, old in [(store.first, None), (store.second, store.first), (None, store.second)]:
        store.refs.swap([RefUpdate(RUN, new, old)])
        store.upkeep()
        seen.append((store.refs.read(RUN), store.refs.list("refs/wf/")))
    assert seen == [
        (store.first, {RUN: store.first}),
        (store.second, {RUN: store.second}),
        (None, {}),
    ]


@pytest.mark.parametrize(
    ("stands", "old"),
    [(False, True), (True, False)],
    ids=["is-gone", "is-there-already"],
)
def test_a_conflict_says_where_the_ref_stands(store: Store, *, stands: bool, old: bool) -> None:
    if stands:
        store.refs.swap([RefUpdate(RUN, store.first, None)])
        store.upkeep()
    with pytest.raises(ConflictError) as caught:
        store.refs.swap([RefUpdate(RUN, store.second, store.first if old else None)])
    where = store.first if stands else "nothing"
    thought = store.first if old else "nothing"
    assert caught.value.message == f"`{RUN}` stands at {where}, not at {thought}"


def test_a_conflict_of_one_leaves_all_as_they_were(store: Store) -> None:
    store.refs.swap([RefUpdate(RUN, store.first, None)])
    with pytest.raises(ConflictError):
        store.refs.swap(
            [
                RefUpdate(OTHER, store.first, None),
                RefUpdate(RUN, store.first, store.second),
            ]
        )
    assert store.refs.list("refs/wf/") == {RUN: store.first}


def test_several_at_once(store: Store) -> None:
    store.refs.swap([RefUpdate(RUN, store.first, None)])
    store.upkeep()
    store.refs.swap([RefUpdate(RUN, None, store.first), RefUpdate(OTHER, store.second, None)])
    assert store.refs.list("refs/wf/runs/") == {OTHER: store.second}


def test_a_ref_may_be_asked_to_stay_away(store: Store) -> None:
    store.refs.swap([RefUpdate(RUN, None, None)])
    store.refs.swap([RefUpdate(RUN, store.first, None)])
    with pytest.raises(ConflictError):
        store.refs.swap([RefUpdate(RUN, None, None)])


def test_a_prefix_ends_at_a_slash(store: Store) -> None:
    store.refs.swap(
        [RefUpdate("refs/wf/env/a", store.first, None), RefUpdate(RUN, store.first, None)]
    )
    assert list(store.refs.list("refs/wf/")) == ["refs/wf/env/a", RUN]
    assert list(store.refs.list("refs/wf/env")) == ["refs/wf/env/a"]
    assert store.refs.list("refs/wf/e") == {}


def test_a_list_is_never_out_of_date(store: Store) -> None:
    seen = []
    for new, old in [(store.first, None), (store.second, store.first), (None, store.second)] * 5:
        store.refs.list("refs/wf/")
        store.refs.swap([RefUpdate(RUN, new, old)])
        store.upkeep()
        seen.append(dict(store.refs.list("refs/wf/")) == ({RUN: new} if new else {}))
    assert seen == [True] * 15
