from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.data.errors import DataError
from gitwf.data.params import read_params

Write = Callable[[dict[str, str | bytes]], None]
YAML = "lr: 1e-3\nnet:\n  layers: [8, 16]\n  2: two\nname: yes\nnone:\nday: 2026-11-22\n"
PYTHON = """
import os
a = 1
b: tuple = (1, 2)
c = os.environ["X"]
d = e = 3
class Net:
    deep = {"x": -1}
    def __init__(self):
        self.w = 2
        local = 3
    def other(self):
        self.v = 4
"""


@pytest.mark.parametrize(
    ("name", "text", "keys", "values"),
    [
        ("p.yaml", YAML, ["lr", "none"], {"lr": 0.001, "none": None}),
        ("p.yaml", YAML, ["net.layers.1", "net.2"], {"net.layers.1": 16, "net.2": "two"}),
        ("p.yaml", YAML, ["net", "name"], {"net": {"layers": [8, 16], 2: "two"}, "name": "yes"}),
        ("p.yml", "b: 1\na: 2\n", None, {"b": 1, "a": 2}),
        ("p.yaml", "", None, {}),
        ("p.toml", "[a]\nb = 1.50\n", ["a.b"], {"a.b": 1.5}),
        ("p.json", '{"a": {"b": 1e2}}', ["a"], {"a": {"b": 100.0}}),
        ("p.py", PYTHON, None, {"a": 1, "b": [1, 2], "Net": {"deep": {"x": -1}, "w": 2}}),
        ("p.py", PYTHON, ["Net.deep.x", "b.1"], {"Net.deep.x": -1, "b.1": 2}),
        ("p.conf", "a: 1\n", ["a"], {"a": 1}),
    ],
)
def test_values_are_read_as_dvc_reads_them(
    root: Path, write: Write, name: str, text: str, keys: list[str] | None, values: object
) -> None:
    write({name: text})
    assert read_params(root / name, name, keys) == values


@pytest.mark.parametrize(
    ("name", "text", "keys", "message"),
    [
        ("p.yaml", None, ["a"], "`p.yaml` does not exist (a stage reads parameters from it)"),
        ("p.yaml", "a: 1\n", ["b"], "`b` is not in `p.yaml` (it has `a`)"),
        ("p.yaml", "a: 1\n", ["a.b", "c", "a"], "`a.b`, `c` are not in `p.yaml`"),
        (
            "p.yaml",
            "net: {layers: [8]}\n",
            ["net.layer"],
            "`net.layer` is not in `p.yaml` (did you mean `net.layers`?)",
        ),
        ("p.yaml", "", ["a"], "`a` is not in `p.yaml`"),
        ("p.yaml", "a: [1]\n", ["a.1"], "`a.1` is not in `p.yaml`"),
        ("p.yaml", "- a\n", ["a"], "`p.yaml` does not hold parameters by name"),
        ("p.yaml", "a: [\n", ["a"], "`p.yaml` is no valid YAML: "),
        ("p.toml", "a = \n", ["a"], "`p.toml` is not readable: "),
        ("p.json", "{", ["a"], "`p.json` is not readable: "),
        ("p.yaml", b"\xff\xfe\xff", ["a"], "`p.yaml` is no text file"),
        ("p.py", "a = (\n", ["a"], "`p.py` is not readable: '(' was never closed, line 1"),
        (
            "p.py",
            "a = {1}\n",
            ["a"],
            "`p.py: a` is a date, time, set or bytes (write it in quotes)",
        ),
        ("p.yaml", "a: 1\n", ["a*"], "`p.yaml`: the key `a*` is a pattern (name the keys)"),
        (
            "p.yaml",
            "a: {b: [2026-11-22]}\n",
            None,
            "`p.yaml: a` is a date, time, set or bytes (write it in quotes)",
        ),
    ],
)
def test_what_cannot_be_read_is_said(
    root: Path,
    write: Write,
    name: str,
    text: str | bytes | None,
    keys: list[str] | None,
    message: str,
) -> None:
    if text is not None:
        write({name: text})
    with pytest.raises(DataError) as caught:
        read_params(root / name, name, keys)
    assert str(caught.value).startswith(message)
