from __future__ import annotations

from pathlib import Path

import pytest

from gitwf.tracking.series import read_series, series_files
from gitwf.tracking.store import Metric

LIVE = {
    "live/metrics.json": '{"step": 1}',
    "live/plots/metrics/loss.tsv": "step\tloss\n0\t1.5\n1\t0.5\n",
    "live/plots/metrics/train/acc.tsv": "timestamp\tstep\tacc\n1000\t0\t0.1\n2000\t1\tnan\n",
    "other/plots/metrics/else.tsv": "step\telse\n0\t1\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, text in LIVE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("path", ["live", "live/metrics.json", "live/plots", "live/plots/metrics"])
def test_series_lie_in_what_a_stage_wrote_or_beside_it(workspace: Path, path: str) -> None:
    found = series_files(workspace, [path])
    assert found == {
        "loss": workspace / "live/plots/metrics/loss.tsv",
        "train/acc": workspace / "live/plots/metrics/train/acc.tsv",
    }


def test_none_of_elsewhere(workspace: Path) -> None:
    (workspace / "plots").symlink_to(workspace / "live/plots")
    outside = series_files(workspace / "live/plots/metrics/train", ["a.json", "../x"])
    assert outside == {}


def test_a_value_for_each_step(workspace: Path) -> None:
    folder = workspace / "live/plots/metrics"
    assert list(read_series("loss", folder / "loss.tsv", 7)) == [
        Metric("loss", 1.5, 7, 0),
        Metric("loss", 0.5, 7, 1),
    ]
    assert list(read_series("train/acc", folder / "train/acc.tsv", 7)) == [
        Metric("train/acc", 0.1, 1000, 0)
    ]


@pytest.mark.parametrize("text", ["", "no table", "step\tloss\nx\ty\n", "step\n1\n"])
def test_what_is_no_series_has_no_values(tmp_path: Path, text: str) -> None:
    (tmp_path / "loss.tsv").write_text(text)
    found = list(read_series("loss", tmp_path / "loss.tsv", 7))
    assert found in ([], [Metric("loss", 1.0, 7, 1)])


def test_a_file_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert list(read_series("loss", tmp_path / "loss.tsv", 7)) == []
