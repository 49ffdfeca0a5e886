"""The variables that a branch of a run sees."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gitwf.language.document import from_yaml
from gitwf.language.scope import SecretError, UnsetError
from gitwf.language.secret import is_secret
from gitwf.language.value import Value, number


class Scope:
    """Variables of one branch, with the files and the environment that expressions may look at.

    ``variables`` are the workflow's own; ``builtins`` hold what is set so far of the built-in ones.
    ``secrets`` are the declared names of variables of the environment that are never shown.
    ``assigned`` are the variables that were set here, and not only copied from around.
    """

    def __init__(
        self,
        workspace: Path,
        environment: Mapping[str, str],
        secrets: Container[str],
        builtins: Mapping[str, Value],
        variables: Mapping[str, Value] | None = None,
    ) -> None:
        self.workspace = workspace
        self.variables: dict[str, Value] = dict(variables or {})
        self.builtins: dict[str, Value] = dict(builtins)
        self.assigned: dict[str, Value] = {}
        self._environment = environment
        self._secrets = secrets

    def copy(self) -> Scope:
        """Return a scope with the same variables, for a branch that runs beside others."""
        return Scope(
            self.workspace, self._environment, self._secrets, self.builtins, self.variables
        )

    def assign(self, name: str, value: Value) -> None:
        """Set a variable of the workflow."""
        self.variables[name] = value
        self.assigned[name] = value

    def join(self, branch: Scope) -> None:
        """Apply the assignments of ``branch``, a copy of this scope that has ended."""
        for name, value in branch.assigned.items():
            self.assign(name, value)

    @contextmanager
    def bound(self, variables: Mapping[str, Value], context: Value) -> Iterator[None]:
        """Have ``variables`` set, and ``$context``, while the block runs."""
        with (
            _restored(self.variables, variables),
            _restored(self.assigned, variables),
            _restored(self.builtins, ("context",)),
        ):
            self.variables.update(variables)
            self.builtins["context"] = context
            yield

    def ended(self, status: int, result: Value) -> None:
        """Set ``$status`` and ``$result`` to those of the unit that has just ended."""
        self.builtins["status"] = number(status)
        self.builtins["result"] = result

    def variable(self, name: str) -> Value:
        """Return the value of a variable.

        Raises:
            UnsetError: if it was never set.
        """
        if name in self.variables:
            return self.variables[name]
        if name in self.builtins:
            return self.builtins[name]
        if name == "params":
            self.builtins[name] = self._params()
            return self.builtins[name]
        raise UnsetError(name)

    def _params(self) -> Value:
        path = self.workspace / "params.yaml"
        if not path.is_file():
            raise UnsetError("params")
        return from_yaml(path.read_text(encoding="utf-8"))

    def exists(self, path: str) -> bool:
        """Return whether ``path`` is in the workspace."""
        return inside(self.workspace, path).exists()

    def read(self, path: str) -> bytes:
        """Return the content of a file of the workspace."""
        return inside(self.workspace, path).read_bytes()

    def environment(self, name: str) -> str | None:
        """Return a variable of the environment that commands get.

        Raises:
            SecretError: if it holds a secret.
        """
        if is_secret(name, self._secrets):
            raise SecretError(name)
        return self._environment.get(name)


@contextmanager
def _restored(table: dict[str, Value], names: Iterable[str]) -> Iterator[None]:
    """Give these entries of ``table`` back what they are now when the block ends."""
    before = {name: table[name] for name in names if name in table}
    try:
        yield
    finally:
        for name in names:
            table.pop(name, None)
        table.update(before)


class OutsideError(OSError):
    """A path leads out of the workspace, or into git's own folder."""


def inside(workspace: Path, path: str) -> Path:
    """Return ``path`` as a path of the workspace, links followed.

    Raises:
        OutsideError: if it leads out of the workspace or into ``.git``.
    """
    if "\0" in path:
        raise OutsideError("a path has no NUL in it")
    found = (workspace / path).resolve()
    root = workspace.resolve()
    if not found.is_relative_to(root) or _is_gits(found.relative_to(root)):
        raise OutsideError(f"`{path}` leads out of the repository")
    if os.path.lexists(found) and not (found.is_file() or found.is_dir()):
        raise OutsideError(f"`{path}` is neither a file nor a folder")
    return found


def _is_gits(path: Path) -> bool:
    return any(part.lower() == ".git" for part in path.parts)


def name_of(workspace: Path, path: str) -> str:
    """Return the name that git has for ``path`` of the workspace, links followed.

    Raises:
        OutsideError: if it leads out of the workspace or into ``.git``.
    """
    return inside(workspace, path).relative_to(workspace.resolve()).as_posix()
