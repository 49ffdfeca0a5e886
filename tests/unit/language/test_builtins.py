"""The names that the language has taken are the same everywhere."""

from __future__ import annotations

from gitwf.language.builtins import COMMANDS, EVERYWHERE, VARIABLES
from gitwf.language.scope import BUILTIN_VARIABLES
from gitwf.language.signature import BUILTINS


def test_variables() -> None:
    assert set(VARIABLES) == BUILTIN_VARIABLES
    assert VARIABLES.keys() > EVERYWHERE


def test_commands_with_signatures_are_built_in() -> None:
    assert BUILTINS.keys() <= COMMANDS
