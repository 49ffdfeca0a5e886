"""The content of metric files, as values of the language."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitwf.data.metrics import metrics_of
from gitwf.data.project import Project
from gitwf.language.value import to_json
from gitwf.plan.stage import Out, OutKind, Stage

FILES: dict[str, tuple[str, str, str]] = {
    "JSON": ("m.json", '{"a": 0.10, "b": [1e-5]}', '{"a":0.10,"b":[1e-5]}'),
    "YAML": ("m.yaml", "a: 0.10\nb: [1e-5, 007]\n", '{"a":0.10,"b":[1e-5,7]}'),
    "YAML that JSON cannot spell": ("m.yaml", "a: .5\nb: .nan\n", '{"a":0.5,"b":"nan"}'),
    "TOML": ("m.toml", "a = 0.10\n", '{"a":0.10}'),
    "a single number": ("m.json", "0.50", '{"m.json":0.50}'),
}


@pytest.mark.parametrize(("name", "text", "expected"), FILES.values(), ids=FILES)
def test_numbers_keep_their_spelling(root: Path, name: str, text: str, expected: str) -> None:
    (root / name).write_text(text)
    stage = Stage("eval", "true", outs=(Out(name, OutKind.METRIC),))
    assert to_json(metrics_of(Project.open(root), stage)) == expected
