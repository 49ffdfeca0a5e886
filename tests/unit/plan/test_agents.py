"""Which agents and prompts a workflow means, and what of them its key holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.language.program import load
from gitwf.plan.agents import Page, alone
from gitwf.plan.plan import Plan

MakePlan = Callable[..., Plan]


def test_the_first_folder_counts(make_plan: MakePlan) -> None:
    files = {
        "main.wf": "droid:a → /x\ndroid:b → /y:z\ndroid:c → /free text\n",
        "droids/a.md": "ours",
        ".factory/droids/a.md": "theirs",
        ".factory/droids/b.md": "factory",
        ".claude/agents/b.md": "claude",
        ".claude/agents/c.md": "claude",
        ".claude/agents/deep/d.md": "no agent",
        ".claude/commands/x.md": "X",
        ".factory/commands/y/z.md": "Z",
        ".factory/commands/x": "#!/bin/sh\n",
    }
    made = make_plan(files)
    assert made.agents == {
        "a": Page("droids/a.md", "ours"),
        "b": Page(".factory/droids/b.md", "factory"),
        "c": Page(".claude/agents/c.md", "claude"),
    }
    assert made.prompts == {
        "x": Page(".claude/commands/x.md", "X"),
        "y:z": Page(".factory/commands/y/z.md", "Z"),
    }


def test_the_key_holds_what_is_named(make_plan: MakePlan) -> None:
    files = {"main.wf": "droid:a → /x\n", "droids/a.md": "A", "commands/x.md": "X"}
    key = make_plan(files).key
    assert make_plan({**files, "droids/b.md": "B"}).key == key
    assert make_plan({"droids/a.md": "A, changed"}).key != key
    assert make_plan({"droids/a.md": "A"}).key == key
    assert make_plan({"commands/x.md": "X, changed"}).key != key


def test_what_an_agent_is_told_is_no_call_and_what_checks_it_is(make_plan: MakePlan) -> None:
    files = {
        "main.wf": "droid:a check:/test → /train\n",
        "droids/a.md": "A",
        "commands/test": "#!/bin/sh\n",
        "commands/train": "#!/bin/sh\n",
    }
    assert make_plan(files).scripts == {"test": "commands/test"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("droid:a → /x\nfork:2 → droid:b → /x & droid:c → /x\n", {"a", "b", "c"}),
        ("droid:a → /x\ndroid:a → /y\n", set()),
        ("if:true → droid:a → /x\nretry:1 → droid:b → /x\n", {"a"}),
        ("sweep:n=1,2 → droid:a → /x\nfork:2 → droid:b → /x\n", set()),
        ("on_failure → droid:a → /x\n", {"a"}),
    ],
)
def test_alone(text: str, names: set[str]) -> None:
    assert alone(load("main.wf", {"main.wf": text}.get)) == names
