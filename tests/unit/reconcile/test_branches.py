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


def _watching(branch: str) -> str:
    return f'[controller]\nbranches = ["{branch}"]\n'


@pytest.mark.parametrize(
    ("settings", "main", "topic", "detached"),
    [
        # what the default branch names holds, whatever is checked out
        ({"main": _watching("main")}, ["main"], ["main"], ["main"]),
        (
            {"main": _watching("main"), "topic": _watching("topic")},
            ["main"],
            ["main"],
            ["main"],
        ),
        # where it names none, HEAD does, or is the one
        ({"topic": _watching("topic")}, ["main"], ["topic"], ["topic"]),
        ({}, ["main"], ["topic"], []),
    ],
    ids=["main", "both", "topic", "neither"],
)
def test_where_it_is_said_what_is_watched(
    folder: Folder,
    settings: dict[str, str],
    main: list[str],
    topic: list[str],
    detached: list[str],
) -> None:
    folder.commit({"a": "a"})
    folder.git("branch", "topic")
    for branch in ("main", "topic"):
        folder.git("checkout", "--quiet", branch)
        folder.commit({"wf.toml": settings.get(branch, ""), branch: "b"})
    repository = folder.open()
    clone = Clone(repository, {}, Extras(repository, {}))
    watched = []
    for words in (["main"], ["topic"], ["--detach", "topic"]):
        folder.git("checkout", "--quiet", *words)
        watched.append(sorted(Branches(clone, local(clone), ()).watched()))
    assert watched == [main, topic, detached]


def test_the_default_of_origin_says_what_is_watched(folder: Folder) -> None:
    folder.commit({"wf.toml": _watching("main")})
    folder.git("checkout", "--quiet", "-b", "trunk")
    folder.commit({"wf.toml": _watching("trunk")})
    folder.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    folder.git("checkout", "--quiet", "main")
    repository = folder.open()
    clone = Clone(repository, {}, Extras(repository, {}))
    assert sorted(Branches(clone, local(clone), ()).watched()) == ["trunk"]
