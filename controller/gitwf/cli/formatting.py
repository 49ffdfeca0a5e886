"""`git wf fmt` without typer: editors and hooks call it for each file that is saved."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from gitwf.app.fmt import Formatted, fmt
from gitwf.cli.edge import NO, NOT_DONE, OK, say
from gitwf.language.format.spelling import ASCII, UNICODE

OPTIONS = ("--check", "--diff", "--ascii")


def reformat(words: Sequence[str]) -> int:
    """Format the files named in ``words`` and return the exit status."""
    given = {word for word in words if word in OPTIONS}
    paths = [word for word in words if word not in OPTIONS and word != "--"]
    unknown = next((path for path in paths if path.startswith("-")), None)
    if unknown is not None:
        say(f"git-wf: `fmt` has no option `{unknown}`: there are `--check`, `--diff` and `--ascii`")
        return NOT_DONE
    marks = ASCII if "--ascii" in given else UNICODE
    check, diff = "--check" in given, "--diff" in given
    made = fmt(Path.cwd(), paths, marks, write=not check and not diff)
    show(made, check=check, diff=diff)
    if made.findings.diagnostics:
        return NOT_DONE
    return NO if check and made.changes else OK


def show(made: Formatted, *, check: bool, diff: bool) -> None:
    """Print what was, or would be, changed, and what keeps a file from it."""
    if diff:
        sys.stdout.writelines(change.diff() for change in made.changes)
    elif check:
        sys.stdout.writelines(f"{change.path}\n" for change in made.changes)
    else:
        say(*(f"formatted `{change.path}`" for change in made.changes))
    say(*made.findings.rendered())
    if made.findings.files:
        say(f"{_files(made.findings.files)} not formatted: mend the errors first")
    elif not made.changes:
        say(f"{_files(made.files)}, nothing to format")


def _files(number: int) -> str:
    return f"{number} {'file' if number == 1 else 'files'}"
