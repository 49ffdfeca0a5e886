from __future__ import annotations

from typing import TYPE_CHECKING

from gitwf.results.entry import decode
from gitwf.results.table import as_csv, as_markdown, table

if TYPE_CHECKING:
    from tests.unit.results.conftest import Result


def test_a_row_for_each_result_as_markdown(theirs: str) -> None:
    shown = table([decode(line) for line in theirs.encode().splitlines()])
    assert as_markdown(shown) == (
        "| phase | experiment | time_warp_sigma | hidden | heads | accuracy | class_1_accuracy | time |\n"
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
        "| 1 | phase1_time_warp_0.12 | 0.12 |  |  | 0.87 | 0.62 | 2025-10-21 14:03:11 |\n"
        "| 1 | phase1_time_warp_0.15 | 0.15 |  |  | 0.89 | 0.41 | 2025-10-21 15:11:47 |\n"
        "| 2 | phase2_hidden_128 |  | 128 | 4 | 0.91 | NaN | 2025-10-21 18:40:02 |\n"
    )


def test_numbers_stay_as_they_are_spelled_and_objects_are_columns() -> None:
    entry = decode(
        b'{"metrics": {"eval": {"f1": 0.500}}, "config": {"sigma": 0.10, "sizes": [1, 2]}}'
    )
    assert as_csv(table([entry])) == (
        'phase,experiment,sigma,sizes,eval.f1,time\n0,,0.10,"[1, 2]",0.500,\n'
    )


def test_a_cell_breaks_no_table(result: Result) -> None:
    shown = table([result({"note": "a|b\nc\\"}, experiment_id="x, y")])
    assert as_markdown(shown).splitlines()[2] == "| 0 | x, y | a\\|b c\\\\ |  |"
    assert as_csv(shown).split("\n", 1)[1] == '0,"x, y","a|b\nc\\",\n'


def test_no_results_are_a_table_without_rows() -> None:
    assert as_csv(table([])) == "phase,experiment,time\n"
