from __future__ import annotations

import pytest

from gitwf.config.support import check_support
from gitwf.diagnostics import Source, render


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[controller]\nbranches = ["main"]\n', []),
        (
            '[target.pods]\naddress = "ray://head"\n',
            ["wf.toml:2:1: WF603 warning: `address` is not there yet"],
        ),
        ('[workspace]\nfilters = ["lfs"]\n', []),
        ('[secrets]\nTOKEN = "env:OTHER"\n', []),
        ('[secrets]\nTOKEN = "keyring"\n', []),
        ("[env.production]\n", []),
        ('[env.production]\napprove = true\nafter = ["staging"]\n', []),
    ],
    ids=[
        "followed",
        "key",
        "filters",
        "secret",
        "keyring",
        "environment",
        "guarded-environment",
    ],
)
def test_each_setting_that_has_no_effect_is_named(text: str, said: list[str]) -> None:
    source = Source("wf.toml", text)
    found = [render(d, source).partition("\n")[0] for d in check_support(text, "wf.toml")]
    assert found == said
