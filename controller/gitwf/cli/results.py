"""`git wf results`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import msgspec

from gitwf.app import results as use
from gitwf.app.session import Session, UsageError
from gitwf.cli.edge import NO, OK, say
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json
from gitwf.cli.parameter import Argument, Option
from gitwf.cli.tables import show_table
from gitwf.results.entry import Entry, encode
from gitwf.results.select import Wanted
from gitwf.results.table import as_csv, as_markdown, table

_MANY = 20
"""Results that a person sees who has not said how many."""


def results(  # noqa: PLR0913, PLR0917  (its command line)
    what: Annotated[
        str, Argument(help="`table`, `best`, or `compare` with two runs.", metavar="WHAT")
    ] = "table",
    runs: Annotated[list[str] | None, Argument(help="The runs to compare.", metavar="RUN")] = None,
    phase: Annotated[str | None, Option("--phase", help="Only of this phase.")] = None,
    experiment: Annotated[
        str | None, Option("--experiment", metavar="GLOB", help="Only of experiments called so.")
    ] = None,
    metric: Annotated[
        str | None, Option("--metric", help="Only those that have it, the best first.")
    ] = None,
    least: Annotated[bool, Option("--min", help="The least is the best, as of a loss.")] = False,
    count: Annotated[int | None, Option("-n", least=1, help="At most so many.")] = None,
    plot: Annotated[
        str | None,
        Option("--plot", metavar="FILE", help="Draw the metric into an SVG or PNG file."),
    ] = None,
    json: Json = False,
    csv: Annotated[bool, Option("--csv", help="Print CSV.")] = False,
    md: Annotated[bool, Option("--md", help="Print a table in Markdown.")] = False,
) -> int:
    """Show what experiments came to: all, the best, or two compared."""
    here, form = session(), _form(json=json, csv=csv, md=md)
    if what == "compare":
        return _compare(here, runs or [], form)
    if what not in {"table", "best"} or runs:
        word = runs[0] if runs else what
        raise UsageError(
            f"`{word}` is none of `table`, `best`, `compare RUN RUN`", "say one of them"
        )
    wanted = Wanted(phase, experiment, metric, least)
    found = use.look(here, wanted)
    say(*(f"{found.path.name}:{b.line}: no result, passed over: {b.why}" for b in found.broken))
    if plot is not None:
        say(f"drew `{use.plot(here, found, wanted, plot)}` into `{plot}`")
    return _best(found, wanted, form) if what == "best" else _table(found, wanted, count, form)


def _form(**wanted: bool) -> str:
    """Return the one form that is asked for, or nothing."""
    given = [name for name, is_wanted in wanted.items() if is_wanted]
    if len(given) > 1:
        raise UsageError(f"`--{given[0]}` and `--{given[1]}` are two forms", "say one of them")
    return given[0] if given else ""


def _table(found: use.Found, wanted: Wanted, count: int | None, form: str) -> int:
    rows = found.table(wanted, count or (None if form else _MANY))
    if form == "json":
        print_json([_line(entry) for entry in rows])
    elif rows or form:
        _print(rows, form)
    else:
        say(f"there is no result{wanted.words()} in `{found.path.name}`")
    if not form and count is None and len(rows) < len(found.entries):
        say(f"{len(found.entries) - len(rows)} more: `-n` shows them")
    return OK


def _best(found: use.Found, wanted: Wanted, form: str) -> int:
    best = use.best(found, wanted)
    if best is None:
        say(f"there is no result{wanted.words()} in `{found.path.name}`")
        return NO
    print_json(_line(best)) if form == "json" else _print([best], form)
    return OK


def _print(rows: Sequence[Entry], form: str) -> None:
    if form == "csv":
        sys.stdout.write(as_csv(table(rows)))
    elif form == "md":
        sys.stdout.write(as_markdown(table(rows)))
    else:
        show_table(table(rows))


def _line(entry: Entry) -> object:
    return msgspec.Raw(encode(entry).rstrip())


def _compare(here: Session, runs: Sequence[str], form: str) -> int:
    if len(runs) != 2:  # noqa: PLR2004  (one and the other)
        raise UsageError("`compare` takes two runs", "`git wf log` lists them")
    from gitwf.app.compare import compare
    from gitwf.cli.compared import show_comparison

    found = compare(here, *runs)
    print_json(found) if form == "json" else show_comparison(found)
    return OK
