"""Calls the command that words name: at once where they are plain, else by way of typer."""

from __future__ import annotations

from collections.abc import Sequence

from gitwf.cli.commands import COMMANDS, command_of
from gitwf.cli.words import read


def main(words: Sequence[str]) -> int:
    """Run the command that ``words`` name and return its exit status."""
    if words and words[0] in COMMANDS:
        command = command_of(words[0])
        arguments = read(command, words[1:])
        if arguments is not None:
            return command(**arguments)
    from gitwf.cli.application import main as typed

    return typed(words)
