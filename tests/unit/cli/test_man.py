"""The manual page names every command. `UPDATE_MAN=1` has this test write the list."""

from __future__ import annotations

import inspect
import os
from importlib import import_module
from pathlib import Path

from gitwf.cli.commands import COMMANDS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "git-wf.1"
BEGIN, END = '.\\" begin\n', '.\\" end\n'


def listed() -> str:
    """Return the list of commands with the first line of what each says of itself."""
    commands = ((name, getattr(import_module(f"gitwf.cli.{name}"), name)) for name in COMMANDS)
    items = (f".It Cm {n}\n{(inspect.getdoc(c) or '').splitlines()[0]}\n" for n, c in commands)
    return "".join(items).replace("`", "")


def test_the_page_lists_all_commands() -> None:
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    known, after = rest.split(END)
    if os.environ.get("UPDATE_MAN"):
        PAGE.write_text(f"{before}{BEGIN}{listed()}{END}{after}")
        return
    assert known == listed()
