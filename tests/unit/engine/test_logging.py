"""What runs write into the file of results, and what its commands read from there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.unit.engine.conftest import Play

FILE = "experiment_results.jsonl"

TRAIN = """\
define:/train sigma:float=0.5 epochs:int=50
  ↳ run     → mkdir -p m && printf '{"accuracy": %s}' $sigma > m/${sigma}.json
  ↳ deps    → README.md
  ↳ metrics → m/${sigma}.json

define:/told text
  ↳ run → printf '%s' $text

"""


class Line(msgspec.Struct, frozen=True):
    phase: object
    experiment_id: str
    metrics: dict[str, object]
    config: dict[str, object]
    run: str = ""
    step: str = ""


@pytest.fixture
def ml(play: Play) -> Play:
    """A repository that DVC works in."""
    (play.path / ".dvc").mkdir()
    (play.path / ".dvc" / "config").touch()
    return play


def lines(play: Play) -> list[Line]:
    """Return the file's lines; trials end in any order."""
    path = play.path / FILE
    text = path.read_text() if path.exists() else ""
    found = [msgspec.json.decode(line, type=Line) for line in text.splitlines()]
    return sorted(found, key=lambda line: line.step)


def short(play: Play) -> list[tuple[object, str, dict[str, object], dict[str, object]]]:
    return [(e.phase, e.experiment_id, e.metrics, e.config) for e in lines(play)]


def test_a_stage_with_metrics_is_a_result(ml: Play) -> None:
    record = ml(f"{TRAIN}/train 0.7\n/told words")
    assert record.status == "succeeded"
    assert lines(ml) == [
        Line(
            0,
            "train_sigma_0.7_epochs_50",
            {"accuracy": 0.7},
            {"sigma": 0.7, "epochs": 50},
            record.run,
            "4",
        )
    ]


def test_a_trial_is_one_result_with_all_that_it_was_made_with(ml: Play) -> None:
    ml(f"{TRAIN}$_ = sweep:sigma=0.10,0.20 → /told $sigma && /train --sigma $sigma")
    assert short(ml) == [
        (0, "train_sigma_0.10", {"accuracy": 0.1}, {"sigma": 0.1, "text": 0.1, "epochs": 50}),
        (0, "train_sigma_0.20", {"accuracy": 0.2}, {"sigma": 0.2, "text": 0.2, "epochs": 50}),
    ]
    assert '"config": {"sigma": 0.10, ' in ml.text(FILE)


@pytest.mark.parametrize(
    ("workflow", "found"),
    [
        pytest.param(
            'sweep:a=1,2 → /told \'{"loss": 3, "note": "x"}\'',
            [
                (0, f"told_a_{a}", {"loss": 3}, {"a": a, "text": '{"loss": 3, "note": "x"}'})
                for a in (1, 2)
            ],
            id="the numbers of a result where no stage has metrics",
        ),
        pytest.param("sweep:a=1,2 → /told words", [], id="no metrics"),
        pytest.param("sweep:a=1 fail:never → /train 0.4 && /fail", [], id="a trial that failed"),
        pytest.param("on_exit → /train 0.4\n/told words", [], id="a handler"),
        pytest.param(
            "fork:2 → /train 0.1 & /train 0.2",
            [
                (0, f"train_sigma_{s}_epochs_50", {"accuracy": s}, {"sigma": s, "epochs": 50})
                for s in (0.1, 0.2)
            ],
            id="branches",
        ),
        pytest.param(
            "sweep:sigma=0.1,0.2 → { sweep:b=1 → /train --sigma $sigma }",
            [
                (
                    0,
                    f"train_sigma_{s}_b_1",
                    {"accuracy": s},
                    {"sigma": s, "b": 1, "epochs": 50},
                )
                for s in (0.1, 0.2)
            ],
            id="a sweep in a sweep",
        ),
        pytest.param(
            "$phase = 2\n/train 0.4",
            [
                (
                    2,
                    "phase2_train_sigma_0.4_epochs_50",
                    {"accuracy": 0.4},
                    {"sigma": 0.4, "epochs": 50},
                )
            ],
            id="the phase of the workflow",
        ),
    ],
)
def test_what_is_a_result(
    ml: Play,
    workflow: str,
    found: list[tuple[object, str, dict[str, object], dict[str, object]]],
) -> None:
    ml(TRAIN + workflow)
    assert short(ml) == found


def test_the_config_that_is_asked_for(ml: Play) -> None:
    (ml.path / "wf.toml").write_text(
        '[results]\nfile = "logs/r.jsonl"\nconfig = ["epochs", "kind", "net.hidden", "none"]\n'
    )
    (ml.path / "params.yaml").write_text("net:\n  hidden: 64\n")
    ml(f"{TRAIN}$kind = 'gru'\n/told $kind\n/train 0.4")
    line = json.loads(ml.text("logs/r.jsonl"))
    assert line["config"] == {"epochs": 50, "kind": "gru", "net.hidden": 64}
    assert lines(ml) == []


def test_an_empty_name_keeps_no_file(ml: Play) -> None:
    (ml.path / "wf.toml").write_text('[results]\nfile = ""\n')
    record = ml(f"{TRAIN}/train 0.4\n/results:best")
    assert record.error is not None
    assert record.error.message == "`[results] file` in `wf.toml` is empty: none is kept"
    assert lines(ml) == []


class TestTwice:
    """What is in the file is not written again."""

    @pytest.mark.parametrize("events", range(1, 10, 2))
    def test_a_run_that_is_taken_up_doubles_nothing(self, ml: Play, events: int) -> None:
        ml(f"{TRAIN}sweep:sigma=0.1,0.2 → /train --sigma $sigma\n/train 0.3\n/results:log $result")
        before = lines(ml)
        ml.forget(events)
        assert ml.again().status == "succeeded"
        assert len(before) == 4
        assert lines(ml) == before

    def test_what_a_crash_kept_from_the_file_is_written(self, ml: Play) -> None:
        ml(f"{TRAIN}sweep:sigma=0.1,0.2 → /train --sigma $sigma")
        before = lines(ml)
        (ml.path / FILE).unlink()
        ml.forget(1)
        ml.again()
        assert lines(ml) == before

    def test_what_is_restored_is_no_new_experiment(self, ml: Play) -> None:
        ml(f"{TRAIN}sweep:sigma=0.1,0.2 → /train --sigma $sigma")
        ml(f"{TRAIN}sweep:sigma=0.1,0.2,0.3 → /train --sigma $sigma")
        assert [line.config["sigma"] for line in lines(ml)] == [0.1, 0.2, 0.3]

    def test_what_is_restored_is_written_where_it_is_missing(self, ml: Play) -> None:
        ml(f"{TRAIN}/train 0.4")
        (ml.path / FILE).unlink()
        ml(f"{TRAIN}/train 0.4")
        assert short(ml) == [
            (0, "train_sigma_0.4_epochs_50", {"accuracy": 0.4}, {"sigma": 0.4, "epochs": 50})
        ]


def test_a_file_that_cannot_be_written_fails_no_run(
    ml: Play, caplog: pytest.LogCaptureFixture
) -> None:
    (ml.path / FILE).mkdir()
    record = ml(f"{TRAIN}/train 0.4")
    assert record.status == "succeeded"
    (message,) = caplog.messages
    why = f"[Errno 21] Is a directory: '{ml.path}/{FILE}'"
    assert message == f"a result could not be written to `{ml.path}/{FILE}`: {why}"


def test_a_link_leads_no_results_out_of_the_working_tree(
    ml: Play, caplog: pytest.LogCaptureFixture
) -> None:
    (ml.path / FILE).symlink_to(ml.path.parent / "elsewhere")
    assert ml(f"{TRAIN}/train 0.4").status == "succeeded"
    assert not (ml.path.parent / "elsewhere").exists()
    assert set(caplog.messages) == {f"results are not logged: `{FILE}` leads out of the repository"}


def test_git_passes_over_the_file(ml: Play) -> None:
    ml(f"{TRAIN}/train 0.4")
    exclude = (ml.path / ".git" / "info" / "exclude").read_text()
    assert exclude.splitlines()[-1] == f"/{FILE}"


def test_secrets_are_masked(ml: Play) -> None:
    ml.environment["API_TOKEN"] = "hunter2"  # noqa: S105
    ml(
        "define:/leak\n  ↳ secrets → API_TOKEN\n  ↳ run → printf '{\"loss\": 1}'\n\n"
        "sweep:a=hunter2 → /leak"
    )
    assert "hunter2" not in ml.text(FILE)
    assert short(ml) == [(0, "leak_a_***", {"loss": 1}, {"a": "***"})]


class TestCommands:
    """The built-in commands."""

    def test_the_best_of_a_phase_feeds_the_next(self, ml: Play) -> None:
        (ml.path / FILE).write_text(
            '{"phase": 1, "experiment_id": "a", "metrics": {"accuracy": 0.9}, "config": {"sigma": 0.10}}\n'
            '{"phase": 1, "experiment_id": "b", "metrics": {"accuracy": 0.8}, "config": {"sigma": 0.20}}\n'
            "torn\n"
            '{"phase": 2, "experiment_id": "c", "metrics": {"accuracy": 0.95}, "config": {}}\n'
        )
        record = ml(
            "$best = /results:best phase:1 metric:accuracy\n"
            "/log ${best.experiment_id} && /log ${best.sigma} && /log ${best.config.sigma}\n"
            "$worst = /results:best phase:1 metric:accuracy direction:min\n"
            "/log ${worst.experiment_id}\n"
            "$any = /results:best\n"
            "/log ${any.experiment_id}"
        )
        assert record.status == "succeeded"
        assert ml.log() == ["a", "0.10", "0.10", "b", "c"]

    def test_a_table_goes_into_a_report(self, ml: Play) -> None:
        (ml.path / FILE).write_text(
            '{"phase": 1, "experiment_id": "a", "metrics": {"loss": 3}}\n'
            '{"phase": 1, "experiment_id": "b", "metrics": {"loss": 1}}\n'
            '{"phase": 1, "experiment_id": "c", "metrics": {"loss": 2}}\n'
        )
        ml("$rows = /results:table metric:loss direction:min n:2 > report.md\n/log ${rows[1].loss}")
        assert ml.text("report.md") == (
            "| phase | experiment | loss | time |\n| ---: | --- | ---: | --- |\n"
            "| 1 | b | 1 |  |\n| 1 | c | 2 |  |\n"
        )
        assert ml.log() == ["2"]

    def test_a_result_of_ones_own(self, ml: Play) -> None:
        ml(
            TRAIN + "$m = /told '{\"accuracy\": 0.70}'\n"
            "/results:log metrics:$m experiment:baseline phase:3 config:$m"
        )
        assert short(ml) == [(3, "baseline", {"accuracy": 0.7}, {"accuracy": 0.7})]

    @pytest.mark.parametrize(
        ("command", "message"),
        [
            ("/results:best metric:f1", f"there is no result with `f1` in `{FILE}`"),
            ("/results:best phase:7", f"there is no result of phase 7 in `{FILE}`"),
            (
                "/results:best phase:1",
                "which metric is to be best? There are `f1`, `loss`: name one, as `metric:…`",
            ),
            ("/results:table direction:up", "`direction` is `max` or `min`, not `up`"),
            ("$m = 1\n/results:log $m", "`metrics` of `/results:log` is an object, not `1`"),
        ],
    )
    def test_what_cannot_be_is_said(self, ml: Play, command: str, message: str) -> None:
        (ml.path / FILE).write_text('{"phase": 1, "metrics": {"f1": 0.5, "loss": 2}}\n')
        if "f1" in command:
            (ml.path / FILE).unlink()
        record = ml(command)
        assert record.error is not None
        assert record.error.message == message
