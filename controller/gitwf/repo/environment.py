"""The environment and settings that every git process of this program runs with.

A repository is somebody else's data: none of its hooks, monitors or signing keys takes part in our
own git calls. When git runs *us* (a hook), it exports ``GIT_DIR``, ``GIT_INDEX_FILE`` and more, which
would turn our calls to the wrong repository: they are dropped. ``refs/replace/*``, which somebody may have
pushed, gives no object another content: a signed commit means what was signed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

IDENTITY = ("git-wf", "git-wf@localhost")
"""Name and address of whoever makes our commits."""

_KEPT = frozenset(
    {
        "GIT_ASKPASS",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "GIT_SSL_NO_VERIFY",
    }
)
"""What says how to reach a remote and where a person's own settings are, not which repository is meant."""

PROTOCOLS = ("file", "git", "http", "https", "ssh")
"""How remotes may be spoken with. Others, such as ``ext::``, run what an address says (git(1))."""

SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.fsync=objects,reference",
    "core.filesRefLockTimeout=10000",
    "core.packedRefsTimeout=10000",
    "core.quotePath=false",
    "commit.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "fetch.prune=false",
    "fetch.pruneTags=false",
    "push.recurseSubmodules=no",
    "push.followTags=false",
    "push.gpgSign=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=30",
)
"""Settings of every call. Git's default leaves loose objects to the kernel's mercy at a power cut: a record
must not be lost so, hence ``core.fsync``. Waiting for a ref's lock (milliseconds) bears ten seconds."""


class Surroundings(msgspec.Struct, frozen=True):
    """What a git process runs with: its environment, and settings (``name=value``)."""

    environment: Mapping[str, str]
    settings: tuple[str, ...] = SETTINGS

    @property
    def options(self) -> list[str]:
        """The settings as arguments that stand before git's subcommand."""
        return [part for setting in self.settings for part in ("-c", setting)]


def of_program(extra: Mapping[str, str] | None = None) -> Surroundings:
    """Return what git calls of our own run with; ``extra`` is added to the environment."""
    return Surroundings(environment() | dict(extra or {}))


def environment(inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a git process, made from ``inherited`` (this process's own)."""
    source = os.environ if inherited is None else inherited
    name, address = IDENTITY
    kept = {k: v for k, v in source.items() if not k.startswith("GIT_") or k in _KEPT}
    return kept | {
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": _allowed(source.get("GIT_ALLOW_PROTOCOL")),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_PAGER": "cat",
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": address,
    }


def of_person(inherited: Mapping[str, str] | None = None) -> Surroundings:
    """Return what a git call runs with that makes a commit of the person's own."""
    source = os.environ if inherited is None else inherited
    who = {k: v for k, v in source.items() if k.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))}
    ours = environment(source)
    unnamed = {k: v for k, v in ours.items() if not k.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))}
    return Surroundings(unnamed | who, (f"core.hooksPath={os.devnull}", "core.fsmonitor=false"))


def _allowed(given: str | None) -> str:
    """Return the `PROTOCOLS` that the person allows too."""
    chosen = PROTOCOLS if given is None else given.split(":")
    return ":".join(name for name in PROTOCOLS if name in chosen)
