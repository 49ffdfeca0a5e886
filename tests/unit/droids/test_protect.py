"""Which paths an agent may not change."""

from __future__ import annotations

import pytest

from gitwf.droids.protect import DEFAULT, refused

PATHS = (
    *("README.md", "main.wf", "a/b/main.wf", "wf.toml", "sub/wf.toml", ".github/workflows/ci.yml"),
    *("hooks/pre-commit", "src/hooks/use.ts", ".gitignore", "a/.gitattributes", "droids/x.md"),
    *(".claude/settings.json", ".factory/droids/x.md"),
)


@pytest.mark.parametrize(
    ("protected", "allowed", "found"),
    [
        pytest.param(
            DEFAULT,
            (),
            [p for p in PATHS if p not in ("README.md", "src/hooks/use.ts")],
            id="default",
        ),
        pytest.param((), (), [".gitignore", "a/.gitattributes"], id="always"),
        pytest.param((), (".gitignore",), ["a/.gitattributes"], id="allowed-by-name"),
        pytest.param((), (".git*",), [], id="allowed-by-glob"),
        pytest.param(("*.wf",), ("a/**", ".gitignore"), ["main.wf"], id="allowed-in-a-folder"),
    ],
)
def test_refused(protected: tuple[str, ...], allowed: tuple[str, ...], found: list[str]) -> None:
    assert refused(PATHS, protected, allowed) == found
