"""Which commits a workflow asks to be run for."""

from __future__ import annotations

import pytest

from gitwf.language.parser import parse
from gitwf.plan.trigger import CommitTrigger, asks_for_tag, commit_triggers, crons

TRIGGERS: dict[str, tuple[str, tuple[CommitTrigger, ...]]] = {
    "a job and no trigger": ("/a", (CommitTrigger(),)),
    "an assignment is a job": ("$x = 1", (CommitTrigger(),)),
    "definitions alone": ("define:/a\n  ↳ run → a", ()),
    "handlers alone": ("on_exit → /a", ()),
    "an empty file": ("", ()),
    "on:commit": ("on:commit\n/a", (CommitTrigger(),)),
    "globs": (
        "on:commit branch:main,dev-* path:src/**\n/a",
        (CommitTrigger(("main", "dev-*"), ("src/**",)),),
    ),
    "several": (
        "on:commit path:a\non:commit path:b\n/a",
        (CommitTrigger(None, ("a",)), CommitTrigger(None, ("b",))),
    ),
    "another event": ("on:manual\n/a", ()),
    "another event beside it": ("on:manual\non:commit\n/a", (CommitTrigger(),)),
}


@pytest.mark.parametrize(("text", "expected"), TRIGGERS.values(), ids=TRIGGERS)
def test_the_triggers_of(text: str, expected: tuple[CommitTrigger, ...]) -> None:
    assert commit_triggers(parse("main.wf", f"{text}\n").file) == expected


EVERYTHING = CommitTrigger()
SOURCES = CommitTrigger(paths=("src/**", "*.toml"))
RELEASES = CommitTrigger(branches=("release-*",))

FITS: dict[str, tuple[CommitTrigger, str, bool, list[str] | None, bool]] = {
    "a watched branch": (EVERYTHING, "main", True, [], True),
    "a branch that is not watched": (EVERYTHING, "main", False, [], False),
    "a branch that the trigger names": (RELEASES, "release-1", False, [], True),
    "a branch that it does not name": (RELEASES, "main", True, [], False),
    "a path that changed": (SOURCES, "main", True, ["docs/a.md", "src/a/b.py"], True),
    "a path that did not": (SOURCES, "main", True, ["docs/a.md"], False),
    "a star ends at a slash": (SOURCES, "main", True, ["docs/a.toml"], False),
    "nothing is known of what changed": (SOURCES, "main", True, None, True),
}


@pytest.mark.parametrize(
    ("trigger", "branch", "watched", "changed", "expected"), FITS.values(), ids=FITS
)
def test_a_head_fits(
    trigger: CommitTrigger,
    branch: str,
    watched: bool,  # noqa: FBT001
    changed: list[str] | None,
    expected: bool,  # noqa: FBT001
) -> None:
    assert trigger.fits(branch, watched=watched, changed=changed) is expected


TAGS: dict[str, tuple[str, str, bool]] = {
    "any": ("on:tag\n/a", "v1", True),
    "one that fits": ("on:tag tag:v*\n/a", "v1.2", True),
    "one that does not": ("on:tag tag:v*\n/a", "nightly", False),
    "one of several globs": ("on:tag tag:v*,nightly\n/a", "nightly", True),
    "another trigger": ("on:commit\n/a", "v1", False),
    "no trigger": ("/a", "v1", False),
}


@pytest.mark.parametrize(("text", "name", "expected"), TAGS.values(), ids=TAGS)
def test_a_tag(text: str, name: str, expected: bool) -> None:  # noqa: FBT001
    assert asks_for_tag(parse("main.wf", f"{text}\n").file, name) is expected


def test_times() -> None:
    text = 'on:schedule cron:"0 3 * * *"\non:commit\non:schedule cron:"0 9 * * 1"\n/a\n'
    assert crons(parse("main.wf", text).file) == ("0 3 * * *", "0 9 * * 1")
    assert crons(parse("main.wf", "/a\n").file) == ()
