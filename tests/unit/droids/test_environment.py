"""What of the controller's environment an agent gets."""

from __future__ import annotations

from gitwf.droids.environment import credentials_in, environment_of

CONTROLLER = {
    "PATH": "/bin",
    "HOME": "/h",
    "LC_ALL": "C",
    "https_proxy": "p",
    "EDITOR": "vi",
    "RUNPOD_API_KEY": "r",
    "GITHUB_TOKEN": "g",
    "SSH_AUTH_SOCK": "s",
    "AWS_SECRET_ACCESS_KEY": "w",
    "ANTHROPIC_API_KEY": "a",
    "ANTHROPIC_BASE_URL": "u",
    "GIT_DIR": "/x",
    "WF_RUN_ID": "R",
}


def test_only_what_is_named() -> None:
    given = environment_of(CONTROLLER, ("ANTHROPIC_*",), ("coder", "coder@git-wf.localhost"))
    assert {n: v for n, v in given.items() if not n.startswith(("GIT_", "SSH_"))} == {
        "PATH": "/bin",
        "HOME": "/h",
        "LC_ALL": "C",
        "https_proxy": "p",
        "ANTHROPIC_API_KEY": "a",
        "ANTHROPIC_BASE_URL": "u",
    }
    assert given["GIT_AUTHOR_NAME"] == given["GIT_COMMITTER_NAME"] == "coder"
    assert "GIT_DIR" not in given


def test_what_is_never_given_although_it_is_named() -> None:
    given = environment_of(CONTROLLER, ("*",), ("coder", "coder@git-wf.localhost"))
    missing = {"RUNPOD_API_KEY", "GITHUB_TOKEN", "SSH_AUTH_SOCK", "GIT_DIR", "WF_RUN_ID"}
    assert CONTROLLER.keys() - given.keys() == missing


def test_what_no_log_may_hold() -> None:
    given = environment_of(CONTROLLER, ("ANTHROPIC_*", "AWS_*"), ("coder", "c@d"))
    assert sorted(credentials_in(given)) == ["a", "w"]
