"""Results as a table: what its columns are, and what stands in its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Raw

from gitwf.results.entry import Entry, flat, text


class Column(msgspec.Struct, frozen=True):
    """A column: what it is called, and whether it holds numbers."""

    name: str
    numeric: bool = False


class Table(msgspec.Struct, frozen=True):
    """Columns and rows of cells, as text."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


_FIRST = ("phase", "experiment")
_LAST = "time"


def table(entries: Sequence[Entry]) -> Table:
    """Return a row for each entry: phase, experiment, its config, its metrics, and when it was."""
    configs = [dict(flat(entry.config)) for entry in entries]
    metrics = [dict(flat(entry.metrics)) for entry in entries]
    settings, measures = _names(configs), _names(metrics)
    rows = tuple(
        (
            text(entry.phase),
            entry.name,
            *_cells(config, settings),
            *_cells(measured, measures),
            _time(text(entry.timestamp)),
        )
        for entry, config, measured in zip(entries, configs, metrics, strict=True)
    )
    headings = (*_FIRST, *settings, *measures, _LAST)
    return Table(tuple(_column(name, at, rows) for at, name in enumerate(headings)), rows)


def _names(fields: Iterable[Mapping[str, Raw]]) -> list[str]:
    return list(dict.fromkeys(name for each in fields for name in each))


def _cells(fields: Mapping[str, Raw], names: Iterable[str]) -> list[str]:
    return [text(fields[name]) if name in fields else "" for name in names]


def _time(stamp: str) -> str:
    """Return a time as people read it: to the second, without the `T`."""
    day, _, hour = stamp.partition("T")
    return f"{day} {hour[:8]}".rstrip()


def _column(name: str, at: int, rows: Sequence[Sequence[str]]) -> Column:
    cells = [row[at] for row in rows if row[at]]
    return Column(name, bool(cells) and all(map(_is_number, cells)))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def as_csv(shown: Table) -> str:
    """Return the table as CSV (RFC 4180, but with LF), with its heading."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([column.name for column in shown.columns])
    writer.writerows(shown.rows)
    return file.getvalue()


def as_markdown(shown: Table) -> str:
    """Return the table as GitHub's Markdown has it; numbers stand at the right."""
    head = [_escaped(column.name) for column in shown.columns]
    marks = ["---:" if column.numeric else "---" for column in shown.columns]
    body = [[_escaped(cell) for cell in row] for row in shown.rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, marks, *body))


def _escaped(cell: str) -> str:
    return " ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|")
