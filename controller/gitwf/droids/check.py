"""What a workflow asks of agents that their programs, as `wf.toml` has them, cannot be told: WF106."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitwf.config.settings import Settings
from gitwf.diagnostics import Diagnostic
from gitwf.droids.adapter import Program, program_of
from gitwf.droids.argv import places
from gitwf.language import program as workflow
from gitwf.language import tree

LIMITS = ("turns", "budget")
"""Options that nobody holds but the program of the agent."""


def check_limits(
    program: workflow.Program, agents: Mapping[str, str], settings: Settings
) -> Iterator[Diagnostic]:
    """Yield a WF106 for each limit that would hold nothing; ``agents`` are paths by name."""
    for droid in program.own(tree.Droid):
        if droid.name not in agents:
            continue
        played_by = program_of(droid.name, agents[droid.name], settings)
        for option in droid.options:
            if option.key in LIMITS and option.key not in places(played_by.command):
                message = unheld(option.key, played_by)
                hint = "take it out: `timeout:` holds in any case"
                path = program.file.path
                yield Diagnostic("WF106", message, path, option.key_span, hint)


def unheld(limit: str, program: Program) -> str:
    """Return that a limit would hold nothing, and why."""
    words = (word for word in program.command[:2] if isinstance(word, str))
    called = " ".join(word for word in words if "{" not in word)
    return f"`{limit}:` cannot be held: `{called}` is not told, its command has no `{{{limit}}}`"
