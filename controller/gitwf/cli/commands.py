"""The commands there are. Each one's module is imported when it is called for, and only then."""

from __future__ import annotations

from importlib import import_module

from gitwf.cli.parameter import Command

COMMANDS = (
    "init",
    "validate",
    "fmt",
    "explain",
    "graph",
    "plan",
    "run",
    "reconcile",
    "controller",
    "status",
    "log",
    "show",
    "logs",
    "why",
    "results",
    "cancel",
    "retry",
    "rollback",
    "approve",
    "suspend",
    "resume",
    "checkout",
    "trust",
    "hooks",
    "fsck",
    "doctor",
    "pods",
    "gc",
    "sync",
    "lsp",
    "ci",
    "demo",
)
"""The commands, in the order of the help. Each is a function of the module of its name."""


def command_of(name: str) -> Command:
    """Return the function of one of `COMMANDS`."""
    command: Command = getattr(import_module(f"gitwf.cli.{name}"), name)
    return command
