"""Which remote a clone follows: the one that is named on the command line, or by HEAD's `wf.toml`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitwf.app.session import UsageError
from gitwf.config.settings import Controller
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.repo.configuration import names_of_remotes

_ADDRESS = re.compile(r"[/:]")


def chosen_remote(clone: Clone, given: str | None) -> str | None:
    """Return the remote to follow: the one that is ``given``, or that HEAD's `wf.toml` names, or None.

    Raises:
        UsageError: if there is no such remote. What a commit names is never taken for an address.
    """
    name = given or controller_settings(clone).remote
    if name is None:
        return None
    known = names_of_remotes(clone.repository)
    if name not in known:
        raise UsageError(*unknown_remote(name, known))
    return name


def unknown_remote(name: str, known: Sequence[str]) -> tuple[str, str]:
    """Return what is wrong with the remote ``name`` where only those ``known`` are, and what to do."""
    message = f"there is no remote `{name}` here"
    if known:
        return message, f"there is {', '.join(f'`{each}`' for each in known)}"
    if _ADDRESS.search(name):
        return message, f"it takes a name: `git remote add origin {name}`, then `origin`"
    return message, f"`git remote add {name} ADDRESS`"


def controller_settings(clone: Clone) -> Controller:
    """Return what HEAD's `wf.toml` says of the controller."""
    head = clone.repository.resolve("HEAD")
    return configure(clone.facts(head)).settings.controller if head else Controller()
