"""Findings on the terminal, and `git wf validate` without typer: hooks must be fast."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gitwf.app.validate import Findings, validate
from gitwf.cli.edge import NO, NOT_DONE, OK, say
from gitwf.diagnostics import has_errors


def check(words: Sequence[str]) -> int:
    """Check the files named in ``words`` and return the exit status."""
    json = "--json" in words
    paths = [word for word in words if word not in ("--json", "--")]
    unknown = next((path for path in paths if path.startswith("-")), None)
    if unknown is not None:
        say(f"git-wf: `validate` has no option `{unknown}`: there is `--json`")
        return NOT_DONE
    try:
        findings = validate(Path.cwd(), paths, _cores())
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        say(f"git-wf: `{error.filename}`: {error.strerror}")
        return NOT_DONE
    return show(findings, json=json)


def _cores() -> int:
    """Return how many processes may check files at once: where a process can be copied safely, one a core."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def show(findings: Findings, *, json: bool) -> int:
    """Print findings and return the exit status: 1 if there are errors."""
    if json:
        from gitwf.cli.output import print_json

        print_json(findings.located())
    else:
        for text in findings.rendered():
            sys.stdout.write(f"{text}\n")
        if not findings.diagnostics:
            say(f"{findings.files} {'file' if findings.files == 1 else 'files'}, nothing wrong")
    return NO if has_errors(findings.diagnostics) else OK
