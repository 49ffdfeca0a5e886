"""Which names are secrets."""

from __future__ import annotations

import pytest

from gitwf.language.secret import is_secret


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("RUNPOD_API_KEY", True),
        ("GITHUB_TOKEN", True),
        ("MY_SECRET", True),
        ("SECRETS_FILE", False),
        ("APP_SECRET_KEY", True),
        ("DB_PASSWORD", True),
        ("AWS_PROFILE", True),
        ("DECLARED", True),
        ("HOME", False),
        ("TOKENIZERS_PARALLELISM", False),
        ("api_token", False),
    ],
)
def test_is_secret(name: str, secret: bool) -> None:  # noqa: FBT001
    assert is_secret(name, {"DECLARED"}) is secret
