from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from gitwf.results.plot import NoLibraryError, draw
from gitwf.results.points import Axis, points

if TYPE_CHECKING:
    from tests.unit.results.conftest import Result

    from gitwf.results.entry import Entry

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def sweep(result: Result) -> list[Entry]:
    return [
        result(
            {"accuracy": 0.9 + hidden / 1000 - rate}, {"hidden": hidden, "rate": rate, "seed": 1}
        )
        for hidden in (16, 64)
        for rate in (0.001, 0.1)
    ]


def test_axes_are_the_settings_that_differ(sweep: list[Entry]) -> None:
    hidden, rate = points(sweep, "accuracy").axes()
    assert hidden == Axis("hidden", ("16", "64"), (16.0, 64.0), numeric=True)
    assert rate == Axis("rate", ("0.001", "0.1"), (0.001, 0.1), numeric=True)
    assert (hidden.spans_magnitudes, rate.spans_magnitudes) == (False, True)


def test_a_setting_that_is_no_number_keeps_its_order(result: Result) -> None:
    results = [result({"loss": 1}, {"kind": kind}) for kind in ("lstm", "gru", "lstm")]
    assert points(results, "loss").axes() == [
        Axis("kind", ("lstm", "gru"), (0.0, 1.0), numeric=False)
    ]


def test_results_without_the_metric_are_left_out(result: Result) -> None:
    shown = points([result({"a": 1}), result({"b": 2}), result({"a": 3})], "a")
    assert shown.values == (1.0, 3.0)
    assert (shown.best(least=False), shown.best(least=True)) == (1, 0)


def words(path: Path) -> set[str]:
    return {"".join(text.itertext()).strip() for text in ET.parse(path).iter(f"{SVG}text")}  # noqa: S314


def test_a_sweep_is_drawn_with_its_axes(sweep: list[Entry], tmp_path: Path) -> None:
    path = tmp_path / "sweep.svg"
    draw(points(sweep, "accuracy"), "accuracy", path)
    assert {"hidden", "16", "64", "rate", "0.001", "0.1"} <= words(path)
    assert "accuracy: best 0.963" in words(path)


def test_results_of_one_setting_are_drawn_in_their_order(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "runs.svg"
    results = [result({"loss": loss}, experiment_id=f"e{loss}") for loss in (3, 1, 2)]
    draw(points(results, "loss"), "loss", path, least=True)
    assert {"result, in order", "best so far", "loss: best 1, e1"} <= words(path)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_however_much_was_varied(result: Result, tmp_path: Path, count: int) -> None:
    names = "abcde"[:count]
    results = [result({"m": v}, dict.fromkeys(names, v) | {"a": v * 1.5}) for v in range(8)]
    path = tmp_path / "many.png"
    draw(points(results, "m"), "m", path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_same_results_give_the_same_picture(sweep: list[Entry], tmp_path: Path) -> None:
    first, second = tmp_path / "a.svg", tmp_path / "b.svg"
    for path in (first, second):
        draw(points(sweep, "accuracy"), "accuracy", path)
    assert first.read_bytes() == second.read_bytes()


def test_without_the_library_it_is_said(
    sweep: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NoLibraryError):
        draw(points(sweep, "accuracy"), "accuracy", tmp_path / "a.svg")
