"""One comment, kept up to date, whoever else writes what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.github.server import BOT, PERSON, READER, TOKEN

from gitwf.github.api import Api
from gitwf.github.place import Place
from gitwf.github.plan_comment import put
from gitwf.github.wire import GitHubError, Status

if TYPE_CHECKING:
    from tests.github.server import GitHub

MARK = "<!-- git-wf plan -->\n"


def api(github: GitHub, token: str = TOKEN) -> Api:
    return Api(Place(github.address, "ada/digits"), token)


def said(github: GitHub) -> list[tuple[object, object]]:
    return [(c["user"]["login"], c["body"]) for c in github.comments]  # type: ignore[index]


@pytest.mark.parametrize(("token", "login"), [(TOKEN, BOT), (PERSON, "ada")])
def test_the_comment_that_is_there_is_changed(github: GitHub, token: str, login: str) -> None:
    github.comment("ben", "Nice")
    put(api(github, token), 7, "first")
    put(api(github, token), 7, "second")
    assert said(github) == [("ben", "Nice"), (login, f"{MARK}second")]


def test_what_did_not_change_is_not_sent(github: GitHub) -> None:
    put(api(github), 7, "same")
    put(api(github), 7, "same")
    assert [line for line in github.asked if "PATCH" in line] == []


def test_a_mark_that_somebody_else_wrote_is_not_ours(github: GitHub) -> None:
    github.comment("eve", f"{MARK}all is well")
    put(api(github), 7, "it is not")
    put(api(github), 7, "it still is not")
    assert said(github) == [
        ("eve", f"{MARK}all is well"),
        (BOT, f"{MARK}it still is not"),
    ]


def test_ours_is_found_behind_many_others(github: GitHub) -> None:
    for number in range(230):
        github.comment("ben", f"remark {number}")
    put(api(github), 7, "first")
    put(api(github), 7, "second")
    assert len(github.comments) == 231
    assert github.comments[-1]["body"] == f"{MARK}second"


def test_a_long_plan_is_cut_where_a_line_ends(github: GitHub) -> None:
    put(api(github), 7, "| a row with ü |\n" * 5000)
    body = str(github.comments[0]["body"])
    assert 65_000 < len(body) <= 65_536
    assert body.endswith("| a row with ü |\n\n… the rest is in the summary of the job\n")


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (READER, "it answers 403: Resource not accessible by integration"),
        ("wrong", "it answers 401: Bad credentials"),
    ],
)
def test_a_token_that_may_not_says_so(github: GitHub, token: str, why: str) -> None:
    with pytest.raises(GitHubError) as caught:
        put(api(github, token), 7, "plan")
    assert (str(caught.value), caught.value.final) == (why, False)


def test_a_server_out_of_order_or_not_there(github: GitHub) -> None:
    github.broken = 502
    with pytest.raises(GitHubError, match="it answers 502: Server Error"):
        put(api(github), 7, "plan")
    gone = Api(Place("http://127.0.0.1:9", "ada/digits"), TOKEN)
    with pytest.raises(GitHubError, match=r"^it cannot be reached \(ConnectError\)$"):
        gone.set_status("c" * 40, Status("pending", "x", "y"))


def test_a_redirect_takes_no_token_along(github: GitHub) -> None:
    github.broken = 301
    with pytest.raises(GitHubError, match="it answers 301"):
        api(github).set_status("c" * 40, Status("pending", "x", "y"))
    assert len(github.asked) == 1
