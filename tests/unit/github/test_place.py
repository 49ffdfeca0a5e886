"""Which repository an address is of, and where its API is."""

from __future__ import annotations

import pytest

from gitwf.github.place import Place, place_of

PUBLIC = Place("https://api.github.com", "ada/digits")
OWN = Place("https://git.example.org/api/v3", "ada/digits")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://github.com/ada/digits", PUBLIC),
        ("https://github.com/ada/digits.git", PUBLIC),
        ("https://x-access-token:secret@github.com/ada/digits.git/", PUBLIC),
        ("git@github.com:ada/digits.git", PUBLIC),
        ("ssh://git@github.com/ada/digits", PUBLIC),
        ("ssh://git@GitHub.com:22/ada/digits.git", PUBLIC),
        ("https://git.example.org/ada/digits.git", OWN),
        ("git@git.example.org:ada/digits", OWN),
        ("https://github.com/ada/digits.wf", Place("https://api.github.com", "ada/digits.wf")),
        ("https://github.com/ada", None),
        ("https://github.com/ada/../digits", None),
        ("https://github.com/ada/..", None),
        ("https://github.com/ada/digits?x=/y", None),
        ("ext::sh -c x github.com/ada/digits", None),
        ("/srv/ada/digits", None),
        ("../digits", None),
        (None, None),
    ],
)
def test_the_repository_of_an_address(address: str | None, place: Place | None) -> None:
    assert place_of({}, address) == place


def test_variables_of_github_go_before_the_address() -> None:
    job = {"GITHUB_REPOSITORY": "ben/other", "GITHUB_API_URL": "https://git.example.org/api/v3/"}
    assert place_of(job, None) == Place("https://git.example.org/api/v3", "ben/other")
    assert place_of(job, "/srv/x") == Place("https://git.example.org/api/v3", "ben/other")
    assert place_of({"GITHUB_REPOSITORY": "../.."}, None) is None
