"""What of the controller's environment an agent's program gets: what is named, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

PLAIN = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LC_*", "XDG_*"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_*", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
)
"""What every program needs to find its files and the network."""

NEVER = (
    *("RUNPOD_API_KEY", "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GIT_*", "WF_*"),
    *("GH_TOKEN", "GITHUB_TOKEN", "GITHUB_*_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "BITBUCKET_*"),
)
"""What opens pods and remotes: never given, also where `wf.toml` names it."""

_CREDENTIALS = ("*_KEY", "*_TOKEN", "*_SECRET*", "*_PASSWORD")

_SETTINGS = {
    "credential.helper": "",
    "core.hooksPath": os.devnull,
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "url.agents-do-not-push://.pushInsteadOf": "",
}
"""Settings of the agent's own git: none of the person's credentials, hooks or keys, nowhere to push."""


def environment_of(
    controller: Mapping[str, str], named: Iterable[str], author: tuple[str, str]
) -> dict[str, str]:
    """Return the environment of an agent: what ``controller`` has of what it may see, and its identity.

    ``named`` are globs of further variables; ``author`` is the name and address of its commits.
    """
    allowed = (*PLAIN, *named)
    given = {
        name: value
        for name, value in controller.items()
        if _fits(name, allowed) and not _fits(name, NEVER)
    }
    return given | dict(_git(author))


def credentials_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of ``environment`` that no log may hold."""
    return tuple(
        value for name, value in environment.items() if value and _fits(name, _CREDENTIALS)
    )


def _git(author: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what the agent's git gets: who commits, and nothing to push with (git-config(1))."""
    name, address = author
    for role in ("AUTHOR", "COMMITTER"):
        yield f"GIT_{role}_NAME", name
        yield f"GIT_{role}_EMAIL", address
    yield "GIT_TERMINAL_PROMPT", "0"
    yield "GIT_ASKPASS", "false"
    yield "SSH_ASKPASS", "false"
    yield "GIT_SSH_COMMAND", "false"
    yield "GIT_CONFIG_COUNT", str(len(_SETTINGS))
    for number, (key, value) in enumerate(_SETTINGS.items()):
        yield f"GIT_CONFIG_KEY_{number}", key
        yield f"GIT_CONFIG_VALUE_{number}", value


def _fits(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
