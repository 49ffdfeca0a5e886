from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'define:/train sigma=0.12 epochs:int=50 out:path ...\n  ↳ run → python3 t.py --sigma $sigma | tee "x" # not a comment\n  # a comment\n  ↳ deps → train.py data/${sigma}.csv # a comment\n  ↳ target → runpod gpu:"RTX 4090"',
            '(Definition train [(Parameter sigma None 0.12), (Parameter epochs int 50), (Parameter out path None), (Parameter args ... None)] [(DefinitionField run (RunText python3 t.py --sigma $sigma | tee "x" # not a comment) []), (DefinitionField deps None [train.py, data/+${$sigma}+.csv]), (DefinitionField target None [runpod, gpu:+"RTX 4090"])])',
            id="whole",
        ),
        pytest.param("define:/a", "(Definition a [] [])", id="without-fields"),
        pytest.param(
            "define:/a\n=> run -> true\n=> desc -> what it does",
            "(Definition a [] [(DefinitionField run (RunText true) []), (DefinitionField desc (RunText what it does) [])])",
            id="ascii-marks",
        ),
        pytest.param(
            "define:/a\n ↳ run → x \\\n    y \\\\\n ↳ outs → o",
            "(Definition a [] [(DefinitionField run (RunText x \\\n    y \\\\) []), (DefinitionField outs None [o])])",
            id="run-line-over-lines",
        ),
        pytest.param(
            "define:/a\n ↳ run → x \\\n  \\\n\n ↳ desc → y \\",
            "(Definition a [] [(DefinitionField run (RunText x) []), (DefinitionField desc (RunText y) [])])",
            id="backslashes-that-lead-nowhere",
        ),
        pytest.param(
            "define:/a\n ↳ run →   x  y  \t\n",
            "(Definition a [] [(DefinitionField run (RunText x  y) [])])",
            id="spaces-at-the-ends",
        ),
        pytest.param(
            "define:/a\r\n ↳ run → x\r\n ↳ outs → o\r\n/a\r\n",
            "(Definition a [] [(DefinitionField run (RunText x) []), (DefinitionField outs None [o])]); ⏎ /a",
            id="carriage-returns",
        ),
        pytest.param(
            "define:/a x='a b' y=\"\" z=$run",
            "(Definition a [(Parameter x None 'a b'), (Parameter y None \"\"), (Parameter z None ${$run})] [])",
            id="defaults",
        ),
    ],
)
def test_definitions(shape_of: Callable[[str], str], text: str, expected: str) -> None:
    assert shape_of(text) == expected
