"""A table of results, for a terminal or for what reads lines."""

from __future__ import annotations

import sys
from typing import Literal

from gitwf.cli.output import print_table
from gitwf.cli.plain import plain
from gitwf.results.table import Table


def show_table(shown: Table) -> None:
    """Print a table: as wide as its cells, or on a terminal as wide as that."""
    if not sys.stdout.isatty():
        print_table([[column.name for column in shown.columns], *shown.rows])
        return
    from rich.console import Console
    from rich.table import Table as Rich
    from rich.text import Text

    rich = Rich(box=None, header_style="bold", pad_edge=False)
    for column in shown.columns:
        justify: Literal["right", "left"] = "right" if column.numeric else "left"
        rich.add_column(
            Text(plain(column.name)), justify=justify, no_wrap=True, overflow="ellipsis"
        )
    for row in shown.rows:
        rich.add_row(*(Text(plain(cell)) for cell in row))
    Console(highlight=False).print(rich)
