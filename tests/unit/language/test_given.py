"""Whether anything may see a value that is given for a variable."""

from __future__ import annotations

import pytest

from gitwf.language.given import names_read, overwritten
from gitwf.language.parser import parse

OVERWRITTEN = {
    "a constant": "$lr = 1\n/train $lr",
    "a constant behind others": "/prepare\n$lr = 1; /train $lr",
    "what a command answers": "$lr = /choose\n/train $lr",
    "a computed value, last of its line": "/prepare; $lr = $n + 1\n/train $lr",
    "a constant before anything a handler could hear of": "on_exit → /echo $lr\n$lr = 1\n/train $lr",
    "before it only a definition has the name": "define:/t lr\n  ↳ run → echo $lr\n$lr = 1\n/t $lr",
}
SEEN = {
    "never set": "/train $lr",
    "a default": "$lr = $lr ?? 1\n/train $lr",
    "read before": "/train $lr\n$lr = 1",
    "read in a condition before": "if:${lr ?? 1} > 2 → /a\n$lr = 1\n/train $lr",
    "set on one way only": "if:$fast → { $lr = 1 }\n/train $lr",
    "set beside": "$lr = /choose &\n/train $lr",
    "goes on where it could not be set": "$lr = /choose; /train $lr",
    "a handler hears of a failure before": "on_failure → /echo $lr\n/prepare\n$lr = 1",
    "a handler hears that it could not be set": "on_failure → /echo $lr\n$lr = /choose",
}


@pytest.mark.parametrize("text", OVERWRITTEN.values(), ids=OVERWRITTEN)
def test_a_given_value_is_overwritten(text: str) -> None:
    file = parse("main.wf", f"{text}\n").file
    found = overwritten(file, "lr")
    assert found is not None
    assert found.name == "lr"


@pytest.mark.parametrize("text", SEEN.values(), ids=SEEN)
def test_a_given_value_may_be_seen(text: str) -> None:
    assert overwritten(parse("main.wf", f"{text}\n").file, "lr") is None


def test_parameters_are_not_given_from_outside() -> None:
    text = "define:/t lr\n  ↳ run → echo $lr\n/t $rate ?? ${x ?? 1} > $$y\non_exit → /echo $z\n"
    assert names_read(parse("main.wf", text).file) == {"rate", "x", "z"}
