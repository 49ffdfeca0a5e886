"""Metrics over steps, as DVCLive leaves them: a file of tab-separated values for each metric.

DVCLive writes `DIR/plots/metrics/**/NAME.tsv` with the columns `step` and `NAME`, and sometimes
`timestamp`, beside `DIR/metrics.json` (https://dvc.org/doc/dvclive/how-it-works).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from gitwf.tracking.store import Metric

_METRICS = Path("plots") / "metrics"
_MOST = 200


def series_files(workspace: Path, paths: Iterable[str]) -> dict[str, Path]:
    """Return the files of series by metric, of a stage that wrote ``paths`` in ``workspace``.

    They lie in a folder among ``paths`` or beside a file that is. At most 200; links are left out.
    """
    found: dict[str, Path] = {}
    for path in paths:
        place = workspace / path
        for folder in (place, place.parent, place.parent.parent, place.parent.parent.parent):
            if folder.is_relative_to(workspace):
                found.update(_in(folder / _METRICS))
    return dict(list(found.items())[:_MOST])


def _in(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*.tsv")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).with_suffix("").as_posix(), path


def read_series(metric: str, path: Path, at: int) -> Iterator[Metric]:
    """Yield the values of a file of a series; a row that has none is passed over.

    ``at`` is the time, in milliseconds, of rows that say none.
    """
    with suppress(OSError), path.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            with suppress(ValueError, TypeError, KeyError):
                named = row.get(Path(metric).name)
                value = float(named if named is not None else [*row.values()][-1])
                if math.isfinite(value):
                    yield Metric(metric, value, int(row.get("timestamp") or at), int(row["step"]))
