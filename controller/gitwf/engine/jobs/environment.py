"""What of the controller's environment commands get (`docs/language.md`, section 6)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Mapping

from gitwf.language.secret import is_secret

log = logging.getLogger(__name__)

_OF_A_REPOSITORY = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""What `git rev-parse --local-env-vars` prints: git sets it for hooks, to name their repository."""

_OF_A_JOB = (
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
)
"""Files by which the step of a job of GitHub Actions speaks for itself: we are that step, commands are not.

<https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#environment-files>
"""

_OF_A_RUN = "WF_"
"""How the variables begin that we set for commands: inherited ones name another run."""


def for_commands(environment: Mapping[str, str], secrets: Container[str]) -> dict[str, str]:
    """Return the part of the controller's environment that every command gets."""
    return {
        name: value
        for name, value in environment.items()
        if not is_secret(name, secrets)
        and name not in _OF_A_REPOSITORY
        and name not in _OF_A_JOB
        and not name.startswith(_OF_A_RUN)
    }


def declared(origins: Mapping[str, str], named: Iterable[str]) -> frozenset[str]:
    """Return the names that are secret because somebody says so.

    Those of the table ``[secrets]``, with the variables that they are taken from, and those that
    commands name.
    """
    return frozenset({*origins, *sources(origins).values(), *named})


def secrets_of(
    environment: Mapping[str, str], origins: Mapping[str, str], named: Iterable[str]
) -> dict[str, str]:
    """Return all secrets of a run with their values; ``origins`` and ``named`` as in `declared`."""
    named = frozenset(named)
    values = secret_values(environment, declared(origins, named))
    return values | renamed(environment, origins) | in_keyring(origins, named)


def secret_values(environment: Mapping[str, str], secrets: Container[str]) -> dict[str, str]:
    """Return the part of the controller's environment that is secret."""
    return {n: v for n, v in environment.items() if v and is_secret(n, secrets)}


def renamed(environment: Mapping[str, str], origins: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets whose value `wf.toml` takes from a variable of another name.

    ``origins`` is its table ``[secrets]``: ``"env"`` is the variable of the secret's own name,
    ``"env:OTHER"`` another one.
    """
    found = {name: environment.get(variable) for name, variable in sources(origins).items()}
    return {name: value for name, value in found.items() if value}


def in_keyring(origins: Mapping[str, str], named: Iterable[str]) -> dict[str, str]:
    """Return the secrets among ``named`` that are in the keyring of this user.

    ``"keyring"`` is the entry of the secret's own name for the service `git-wf`, ``"keyring:SERVICE"`` that
    of another service. One that cannot be had is left out, as a variable that is not set.
    """
    services = {
        name: service or "git-wf"
        for name in sorted(named)
        for kind, _, service in [origins.get(name, "").partition(":")]
        if kind == "keyring"
    }
    if not services:
        return {}
    try:
        import keyring
    except ImportError:
        log.warning("no library for keyrings: `pip install 'git-wf[keyring]'`")
        return {}
    found = {name: _entry(keyring.get_password, services[name], name) for name in services}
    return {name: value for name, value in found.items() if value}


def _entry(ask: Callable[[str, str], str | None], service: str, name: str) -> str | None:
    try:
        return ask(service, name)
    except Exception as error:  # noqa: BLE001  (each kind of keyring has its own)
        log.warning("the secret `%s` cannot be had: %s", name, type(error).__name__)
        return None


def sources(origins: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that each declared secret is taken from."""
    pairs = ((name, origin.partition(":")) for name, origin in origins.items())
    return {name: variable or name for name, (kind, _, variable) in pairs if kind == "env"}
