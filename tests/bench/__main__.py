"""`make bench`: measures what users wait for, prints it, and writes `docs/benchmarks.md`.

`python -m tests.bench PART…` measures some parts and writes nothing. Every row that is about runs is
measured with the installed command at its default settings.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.bench import (
    commits,
    history,
    hooks,
    journal,
    peers,
    reading,
    report,
    results,
    rollback,
    ssh,
    stages,
    steps,
    teams,
)

PARTS = {
    "reading": reading.measure,
    "commits": commits.measure,
    "hooks": hooks.measure,
    "rollback": rollback.measure,
    "steps": steps.measure,
    "stages": stages.measure,
    "journal": journal.measure,
    "results": results.measure,
    "history": history.measure,
    "ssh": ssh.measure,
    "teams": teams.measure,
}


def main(chosen: list[str]) -> None:
    """Measure the ``chosen`` parts; none: all of them, and write the page."""
    if unknown := set(chosen) - PARTS.keys():
        sys.exit(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    os.environ["DVC_NO_ANALYTICS"] = "1"
    # An installed program has its byte code; in a checkout the first run, which does not count, writes it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    peers.install()
    load = os.getloadavg()[0]
    rows: list[report.Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen or PARTS:
            for row in PARTS[name](Path(folder)):
                print(report.line(row), flush=True)
                rows.append(row)
    if not chosen:
        report.write(rows, peers.versions(), load, Path("docs/benchmarks.md"))


if __name__ == "__main__":
    main(sys.argv[1:])
