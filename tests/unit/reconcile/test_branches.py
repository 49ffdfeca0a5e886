"""Which branches are watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.app.extras import Extras
from gitwf.reconcile.branches import Branches, local
from gitwf.reconcile.clone import Clone

if TYPE_CHECKING:
    from tests.conftest import Folder


@pytest.mark.parametrize(
    ("globs", "watched"),
    [
        ((), ["main"]),
        (("*",), ["feature/x", "main"]),
        (("feature/*", "wf/*"), ["feature/x"]),
        (("wf/droid/*",), ["wf/droid/R/coder"]),
        (("wf/droid/R/coder",), ["wf/droid/R/coder"]),
    ],
)
def test_branches_of_agents_only_by_name(
    folder: Folder, globs: tuple[str, ...], watched: list[str]
) -> None:
    folder.commit({"a": "a"})
    for branch in ("feature/x", "wf/droid/R/coder"):
        folder.git("branch", branch)
    repository = folder.open()
    clone = Clone(repository, {}, Extras(repository, {}))
    assert sorted(Branches(clone, local(clone), globs).watched()) == watched
