"""What of results a picture shows: the values of a metric, and what was varied to get them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from gitwf.results.entry import Entry, flat, text


class Axis(msgspec.Struct, frozen=True):
    """A setting that was varied: its values as they are spelled, in order, and as numbers if all are."""

    name: str
    ticks: tuple[str, ...]
    places: tuple[float, ...]
    numeric: bool

    @property
    def spans_magnitudes(self) -> bool:
        """Whether the values lie so far apart that only a logarithmic scale tells them apart."""
        low, high = min(self.places), max(self.places)
        return self.numeric and low > 0 and high / low >= _MAGNITUDES

    def place(self, spelled: str) -> float:
        """Return where a value lies."""
        return self.places[self.ticks.index(spelled)]


_MAGNITUDES = 20.0


class Points(msgspec.Struct, frozen=True):
    """Results that have the metric, in their order: its values, and their settings as text."""

    values: tuple[float, ...]
    names: tuple[str, ...]
    settings: tuple[Mapping[str, str], ...]

    def best(self, *, least: bool) -> int:
        """Return the number of the best, the first of equals."""
        pick = min if least else max
        return self.values.index(pick(self.values))

    def axes(self) -> list[Axis]:
        """Return the settings that all of them have and that differ: what a sweep has varied."""
        first, *others = self.settings
        shared = [name for name in first if all(name in each for each in others)]
        spelled = {name: {each[name]: None for each in self.settings} for name in shared}
        return [_axis(name, list(values)) for name, values in spelled.items() if len(values) > 1]


def points(entries: Sequence[Entry], metric: str) -> Points:
    """Return what there is to draw of ``entries``."""
    measured = [(value, e) for e in entries if (value := e.metric(metric)) is not None]
    return Points(
        tuple(value for value, _ in measured),
        tuple(entry.name for _, entry in measured),
        tuple({key: text(v) for key, v in flat(entry.config)} for _, entry in measured),
    )


def _axis(name: str, ticks: list[str]) -> Axis:
    try:
        places = {tick: float(tick) for tick in ticks}
    except ValueError:
        return Axis(name, tuple(ticks), tuple(map(float, range(len(ticks)))), numeric=False)
    ordered = sorted(places, key=places.__getitem__)
    return Axis(name, tuple(ordered), tuple(places[tick] for tick in ordered), numeric=True)
