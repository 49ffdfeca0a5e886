"""What of the controller's environment commands get (`docs/language.md`, section 6)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from gitwf.language.secret import is_secret

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

_OF_A_RUN = "WF_"
"""How the variables begin that we set for commands: inherited ones name another run."""


def for_commands(environment: Mapping[str, str], secrets: Container[str]) -> dict[str, str]:
    """Return the part of the controller's environment that every command gets."""
    return {
        name: value
        for name, value in environment.items()
        if not is_secret(name, secrets)
        and name not in _OF_A_REPOSITORY
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
    values = secret_values(environment, declared(origins, named))
    return values | renamed(environment, origins)


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


def sources(origins: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that each declared secret is taken from."""
    pairs = ((name, origin.partition(":")) for name, origin in origins.items())
    return {name: variable or name for name, (kind, _, variable) in pairs if kind == "env"}
