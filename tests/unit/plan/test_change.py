"""What differs between the inputs of two runs."""

from __future__ import annotations

import pytest

from gitwf.plan.change import Change, changed_inputs
from gitwf.plan.key import Input

DEP = Input("dep", "data.csv", "a1")
RATE = Input("params", "params.yaml:rate", '{"rate":0.9}')
MODEL = Input("params", "params.yaml:model", '{"model":{"rate":0.9,"depth":3}}')

CASES: dict[str, tuple[list[Input], list[Input], list[Change]]] = {
    "nothing": ([DEP, RATE], [RATE, DEP], []),
    "content": ([DEP], [Input("dep", "data.csv", "b2")], [Change("dep", "data.csv", "a1", "b2")]),
    "one that is new": ([], [DEP], [Change("dep", "data.csv", None, "a1")]),
    "one that is gone": ([DEP], [], [Change("dep", "data.csv", "a1", None)]),
    "ids of a commit and of a working tree, by version 0.1": (
        [Input("dep", "data.csv", "a" * 64)],
        [Input("dep", "data.csv", "b" * 40)],
        [],
    ),
    "a file that was not there": (
        [Input("file", "notes.txt", None)],
        [Input("file", "notes.txt", "c3")],
        [Change("file", "notes.txt", None, "c3")],
    ),
    "a param": (
        [RATE],
        [Input("params", "params.yaml:rate", '{"rate":0.8}')],
        [Change("param", "params.yaml:rate", "0.9", "0.8")],
    ),
    "a param in a mapping": (
        [MODEL],
        [Input("params", "params.yaml:model", '{"model":{"rate":0.8,"depth":3.0,"width":2}}')],
        [
            Change("param", "params.yaml:model.rate", "0.9", "0.8"),
            Change("param", "params.yaml:model.width", None, "2"),
        ],
    ),
    "a mapping that is a value now": (
        [MODEL],
        [Input("params", "params.yaml:model", '{"model":"small"}')],
        [Change("param", "params.yaml:model", '{"depth": 3, "rate": 0.9}', '"small"')],
    ),
    "params that cannot be read": (
        [RATE],
        [Input("params", "params.yaml:rate", None)],
        [Change("param", "params.yaml:rate", "0.9", None)],
    ),
    "a file in two ways": (
        [Input("dep", "b.py", "1"), Input("word", "b.py", "1")],
        [Input("dep", "b.py", "2"), Input("word", "b.py", "2")],
        [Change("dep", "b.py", "1", "2")],
    ),
    "several": (
        [Input("word", "b.py", "1"), Input("dep", "z", "1"), Input("dep", "a", "1")],
        [],
        [
            Change("dep", "a", "1", None),
            Change("dep", "z", "1", None),
            Change("word", "b.py", "1", None),
        ],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), CASES.values(), ids=CASES)
def test_what_changed(old: list[Input], new: list[Input], expected: list[Change]) -> None:
    assert list(changed_inputs(old, new)) == expected
