"""Git's store of refs is the one in memory, whatever is done to both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitwf.repo.errors import ConflictError
from gitwf.repo.memory import MemoryRefs
from gitwf.repo.refs import Refs, RefUpdate

if TYPE_CHECKING:
    from tests.conftest import Folder

NAMES = ("refs/wf/a", "refs/wf/b/c", "refs/notes/wf")
Step = tuple[str, int | None, int | None]
steps = st.tuples(
    st.sampled_from(NAMES), st.none() | st.integers(0, 1), st.none() | st.integers(0, 1)
)
swaps = st.lists(steps, min_size=1, max_size=3, unique_by=lambda step: step[0])


def _swap(refs: Refs, updates: list[RefUpdate]) -> str:
    try:
        refs.swap(updates)
    except ConflictError as conflict:
        return conflict.message
    return "done"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(swaps | st.just("pack"), max_size=8))
def test_git_does_as_the_model(folder: Folder, history: list[list[Step] | str]) -> None:
    ids = [folder.commit({}, "First"), folder.commit({}, "Second")]
    git, model = folder.open().refs, MemoryRefs()
    for swap in history:
        if isinstance(swap, str):
            folder.git("pack-refs", "--all")
            continue
        updates = [
            RefUpdate(ref, *(None if n is None else ids[n] for n in places))
            for ref, *places in swap
        ]
        assert _swap(git, updates) == _swap(model, updates)
        for prefix in ("refs/wf/", "refs/notes/"):
            assert git.list(prefix) == model.list(prefix)
        assert [git.read(name) for name in NAMES] == [model.read(name) for name in NAMES]
    for name in NAMES:
        folder.git("update-ref", "-d", name)
