"""The secrets that a repository names, who names them, and where this process would have them from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from gitwf.app.validate import workflow_files
from gitwf.config.settings import Settings
from gitwf.data.facts import FileFacts, TreeFiles
from gitwf.engine.jobs.environment import secrets_of, sources
from gitwf.language.program import load
from gitwf.plan.calls import named_secrets


class NamedSecret(msgspec.Struct, frozen=True):
    """A secret, whether this process has its value, who names it, and where its value is looked for."""

    name: str
    is_there: bool
    users: tuple[str, ...]
    source: str


def secrets_named(
    root: Path, settings: Settings, environment: Mapping[str, str]
) -> list[NamedSecret]:
    """Return the secrets that the workflows below ``root``, and ``settings``, name."""
    users: defaultdict[str, list[str]] = defaultdict(list)
    for name, user in _uses(root, settings):
        users[name].append(user)
    there = secrets_of(environment, settings.secrets, users)
    return [
        NamedSecret(name, name in there, tuple(users[name]), _source(name, settings))
        for name in sorted(users)
    ]


def _uses(root: Path, settings: Settings) -> Iterator[tuple[str, str]]:
    yield from ((name, "[secrets]") for name in settings.secrets)
    notify = {"webhook": settings.notify.webhook, "github": settings.notify.github}
    yield from ((name, f"[notify] {key}") for key, name in notify.items() if name)
    facts = FileFacts(TreeFiles(root))
    for path in workflow_files(root):
        named = named_secrets(load(path, facts.text))
        yield from ((name, path) for name in sorted(named) if "*" not in name)


def _source(name: str, settings: Settings) -> str:
    kind, _, service = settings.secrets.get(name, "env").partition(":")
    if kind == "keyring":
        return f"the entry `{name}` of `{service or 'git-wf'}` in its keyring"
    return f"the variable `{sources(settings.secrets).get(name, name)}` in its environment"
