from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.results.select import Wanted, best, metric_names, ranked, usual_metric

if TYPE_CHECKING:
    from tests.unit.results.conftest import Result

    from gitwf.results.entry import Entry


@pytest.fixture
def results(result: Result) -> list[Entry]:
    return [
        result({"accuracy": 0.87, "loss": 0.3}, phase=1, experiment_id="phase1_a"),
        result({"accuracy": 0.91, "eval": {"f1": 0.5}}, phase=1, experiment_id="phase1_b"),
        result({"accuracy": 0.91, "loss": 0.2}, phase=2, experiment_id="phase2_a"),
        result({"note": "no figures"}, phase=2, experiment_id="phase2_b"),
    ]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["phase1_a", "phase1_b", "phase2_a", "phase2_b"]),
        (Wanted(phase="1"), ["phase1_a", "phase1_b"]),
        (Wanted(experiment="*_a"), ["phase1_a", "phase2_a"]),
        (Wanted(metric="loss"), ["phase1_a", "phase2_a"]),
        (Wanted(metric="eval.f1"), ["phase1_b"]),
        (Wanted(phase="2", metric="loss"), ["phase2_a"]),
    ],
)
def test_what_is_wanted_is_found(results: list[Entry], wanted: Wanted, names: list[str]) -> None:
    assert [entry.name for entry in results if wanted.fits(entry)] == names


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(), ""),
        (Wanted("1", "b*", "loss"), " called `b*` of phase 1 with `loss`"),
    ],
)
def test_what_is_wanted_is_said(wanted: Wanted, words: str) -> None:
    assert wanted.words() == words


def test_the_best_is_the_first_of_equals(results: list[Entry]) -> None:
    found = best(results, "accuracy")
    assert found is not None
    assert found.name == "phase1_b"
    least = best(results, "loss", least=True)
    assert least is not None
    assert least.name == "phase2_a"
    assert best(results, "recall") is None


def test_the_best_come_first(results: list[Entry]) -> None:
    names = [entry.name for entry in ranked(results, "accuracy")]
    assert names == ["phase1_b", "phase2_a", "phase1_a"]
    assert [e.name for e in ranked(results, "loss", least=True)] == ["phase2_a", "phase1_a"]


def test_metrics_are_those_that_are_numbers(results: list[Entry]) -> None:
    assert metric_names(results) == ["accuracy", "loss", "eval.f1"]


@pytest.mark.parametrize(
    ("names", "usual"),
    [([], None), (["loss"], "loss"), (["loss", "accuracy"], "accuracy"), (["loss", "f1"], None)],
)
def test_the_usual_metric_is_meant_where_that_is_clear(names: list[str], usual: str | None) -> None:
    assert usual_metric(names) == usual
