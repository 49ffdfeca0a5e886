"""Two runs side by side, for people: what differs is marked."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.app.compare import DEPS, METRICS, Compared, Comparison
from gitwf.cli.output import print_line, print_table
from gitwf.records.fold import RunRecord

_SHORT = 10
_NONE = "-"


def show_comparison(found: Comparison) -> None:
    """Print what the two runs are, and then params, metrics and deps."""
    one, other = found.runs
    rows = [("", "", one.run, other.run, "")]
    rows += [("", name, *pair, "") for name, pair in _heads(one, other)]
    last = ""
    for compared in found.compared:
        kind = compared.kind if compared.kind != last else ""
        rows.append((kind, *_row(compared)))
        last = compared.kind
    print_table(rows)
    if not any(compared.differs for compared in found.compared):
        print_line("nothing of this differs")


def _heads(one: RunRecord, other: RunRecord) -> Iterator[tuple[str, tuple[str, str]]]:
    yield "workflow", (one.workflow, other.workflow)
    yield "commit", (one.commit[:_SHORT], other.commit[:_SHORT])
    yield "status", (one.status, other.status)


def _row(compared: Compared) -> tuple[str, str, str, str]:
    old, new = (_cell(compared, value) for value in (compared.old, compared.new))
    return compared.name, old, new, _difference(compared) if compared.differs else ""


def _cell(compared: Compared, value: str | None) -> str:
    if value is None:
        return _NONE
    return value[:_SHORT] if compared.kind == DEPS else " ".join(value.split())


def _difference(compared: Compared) -> str:
    """Return by how much a metric differs, or that something does."""
    if compared.kind != METRICS:
        return "differs"
    try:
        return f"{float(compared.new or '') - float(compared.old or ''):+.6g}"
    except ValueError:
        return "differs"
