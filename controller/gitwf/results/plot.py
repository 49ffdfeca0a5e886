"""Pictures of results: a metric over runs, or over what a sweep has varied."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gitwf.results.points import Axis, Points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png")
"""The kinds of pictures, by the names of their files."""

_FAINT, _BEST = "#6b7785", "#d9480f"
_SERIES = ("#1f6feb", "#2b8a3e", "#9c36b5", "#b08900", "#0b7285", "#c2255c")
_PANELS, _ROW = 4, 3
_TICKS = 9
"""Values of an axis up to which each has a tick of its own."""

_STYLE = Path(__file__).with_name("plot.mplstyle")


class NoLibraryError(Exception):
    """The library that draws is not installed."""


def draw(shown: Points, metric: str, path: Path, *, least: bool = False) -> None:
    """Draw ``shown``, which is not empty, into the file ``path``: SVG or PNG by its suffix.

    The same results give the same bytes. ``least``: the least of the metric is the best.

    Raises:
        NoLibraryError: if matplotlib is not there.
        OSError: if the file cannot be written.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NoLibraryError from error
    with rc_context(fname=_STYLE):
        figure = Figure(layout="constrained")
        _Picture(shown, metric, least=least).onto(figure)
        metadata = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, dpi=144, metadata=metadata)


class _Picture:
    def __init__(self, shown: Points, metric: str, *, least: bool) -> None:
        self.shown = shown
        self.metric = metric
        self.least = least
        self.best = shown.best(least=least)

    def onto(self, figure: Figure) -> None:
        """Draw on an empty figure."""
        axes = self.shown.axes()
        match axes:
            case []:
                self._over_runs(self._single(figure))
            case [axis]:
                self._over_axis(self._single(figure), axis)
            case [axis, other] if len(other.ticks) <= len(_SERIES):
                self._by_series(self._single(figure), axis, other)
            case _:
                self._panels(figure, axes[:_PANELS])
        named = self.shown.names[self.best]
        figure.suptitle(
            f"{self.metric}: best {self.shown.values[self.best]:.6g}{f', {named}' if named else ''}",
            x=0.01, ha="left", fontsize=12, fontweight="bold",
        )  # fmt: skip

    def _single(self, figure: Figure) -> Axes:
        figure.set_size_inches(7.2, 4.2)
        return figure.subplots()

    def _panels(self, figure: Figure, axes: Sequence[Axis]) -> None:
        """Draw the values over each setting, beside one another: three in a row, or two and two."""
        rows, columns = (1, len(axes)) if len(axes) <= _ROW else (2, 2)
        figure.set_size_inches(3.6 * columns + 0.6, 3.4 * rows + 0.6)
        grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for place, axis in zip(grid.flat, axes, strict=True):
            self._over_axis(place, axis)
            if place not in grid[:, 0]:
                place.set_ylabel("")

    def _over_runs(self, axes: Axes) -> None:
        """Draw the values in their order, with the best so far."""
        from itertools import accumulate

        from matplotlib.ticker import MaxNLocator

        values = self.shown.values
        places = range(1, len(values) + 1)
        so_far = list(accumulate(values, min if self.least else max))
        axes.step(places, so_far, where="post", color=_FAINT, lw=1.2, label="best so far")
        axes.plot(places, values, "o", ms=6, color=_SERIES[0], label="result")
        self._mark(axes, places[self.best])
        axes.set(xlabel="result, in order", ylabel=self.metric)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="best")

    def _over_axis(self, axes: Axes, axis: Axis) -> None:
        """Draw the values over one setting, with a line through the best of each."""
        self._dots(axes, axis, range(len(self.shown.values)), _SERIES[0], "")
        self._finish(axes, axis)

    def _by_series(self, axes: Axes, axis: Axis, other: Axis) -> None:
        """Draw the values over one setting, a line for each value of the other."""
        for tick, colour in zip(other.ticks, _SERIES, strict=False):
            own = [at for at, each in enumerate(self.shown.settings) if each[other.name] == tick]
            self._dots(axes, axis, own, colour, tick)
        self._finish(axes, axis)
        axes.legend(title=other.name, loc="best", alignment="left")

    def _dots(self, axes: Axes, axis: Axis, own: Sequence[int], colour: str, label: str) -> None:
        pick = min if self.least else max
        places = [axis.place(self.shown.settings[at][axis.name]) for at in own]
        values = [self.shown.values[at] for at in own]
        best = {x: pick(v for p, v in zip(places, values, strict=True) if p == x) for x in places}
        line = sorted(best.items())
        axes.plot(*zip(*line, strict=True), "-", color=colour, lw=1.6, alpha=0.7)
        axes.plot(places, values, "o", ms=6.5, mec="white", mew=0.8, color=colour, label=label)

    def _finish(self, axes: Axes, axis: Axis) -> None:
        from matplotlib.ticker import NullLocator

        self._mark(axes, axis.place(self.shown.settings[self.best][axis.name]))
        axes.set(xlabel=axis.name, ylabel=self.metric)
        if axis.spans_magnitudes:
            axes.set_xscale("log")
            axes.xaxis.set_minor_locator(NullLocator())
        if not axis.numeric or len(axis.ticks) <= _TICKS:
            axes.set_xticks(axis.places, axis.ticks)
        axes.margins(x=0.08, y=0.14)

    def _mark(self, axes: Axes, place: float) -> None:
        """Put a ring around the best."""
        value = self.shown.values[self.best]
        axes.plot([place], [value], "o", ms=13, mfc="none", mec=_BEST, mew=1.8, zorder=4)
