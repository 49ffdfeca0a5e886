"""The variables that a branch of a run sees."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from gitwf.language.document import read_document
from gitwf.language.scope import SecretError, UnsetError
from gitwf.language.secret import is_secret
from gitwf.language.value import MAX_SIZE, Value, number

_PARAMS = "params.yaml"

Found = bool | bytes | str | None
"""What is found beside the workflow: whether a path exists, a file's content, a variable."""


class Questions(Protocol):
    """Answers what expressions ask for beside the workflow."""

    def ask(self, step: str, function: str, argument: str, find: Callable[[], Found]) -> Found:
        """Return the answer to ``function`` of ``argument``, asked at ``step``; ``find`` looks for it."""


class _Unrecorded:
    """Looks for the answer each time."""

    def ask(self, _step: str, _function: str, _argument: str, find: Callable[[], Found]) -> Found:
        return find()


class Scope:
    """Variables of one branch, with the files and the environment that expressions may look at.

    ``variables`` are the workflow's own; ``builtins`` hold what is set so far of the built-in ones.
    ``secrets`` are the declared names of variables of the environment that are never shown.
    ``assigned`` are the variables that were set here, and not only copied from around.
    ``metrics`` are those of the commands that were played here, flat.
    ``questions`` answers what is asked for beside them, at the step that `at` has named.
    """

    def __init__(
        self,
        workspace: Path,
        environment: Mapping[str, str],
        secrets: Container[str],
        builtins: Mapping[str, Value],
        variables: Mapping[str, Value] | None = None,
        questions: Questions | None = None,
    ) -> None:
        self.workspace = workspace
        self.variables: dict[str, Value] = dict(variables or {})
        self.builtins: dict[str, Value] = dict(builtins)
        self.assigned: dict[str, Value] = {}
        self.metrics: dict[str, Value] = {}
        self._environment = environment
        self._secrets = secrets
        self._questions = questions or _Unrecorded()
        self._step = ""

    def at(self, step: str) -> Scope:
        """Return this scope, its variables not copied, for what is asked at ``step``."""
        placed = copy.copy(self)
        placed._step = step  # noqa: SLF001  (a scope as well)
        return placed

    def copy(self) -> Scope:
        """Return a scope with the same variables, for a branch that runs beside others."""
        copied = self.at(self._step)
        copied.variables = dict(self.variables)
        copied.builtins = dict(self.builtins)
        copied.assigned = {}
        copied.metrics = {}
        return copied

    def assign(self, name: str, value: Value) -> None:
        """Set a variable of the workflow."""
        self.variables[name] = value
        self.assigned[name] = value

    def join(self, branch: Scope) -> None:
        """Apply the assignments and metrics of ``branch``, a copy of this scope that has ended."""
        for name, value in branch.assigned.items():
            self.assign(name, value)
        self.metrics.update(branch.metrics)

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

    @contextmanager
    def failing(self, error: Value) -> Iterator[None]:
        """Have ``$error`` set while the block runs; null: it stays what it is."""
        with _restored(self.builtins, ("error",)):
            if error is not None:
                self.builtins["error"] = error
            yield

    def ended(self, status: int, result: Value) -> None:
        """Set ``$status`` and ``$result`` to those of the unit that has just ended."""
        self.builtins["status"] = number(status)
        self.builtins["result"] = result

    def variable(self, name: str) -> Value:
        """Return the value of a variable.

        Raises:
            UnsetError: if it was never set.
            OperationError: if it is `$params`, and `params.yaml` cannot be read.
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
        try:
            content = self.read(_PARAMS)
        except OSError:
            raise UnsetError("params") from None
        return read_document(_PARAMS, content)

    def exists(self, path: str) -> bool:
        """Return whether ``path`` is in the workspace."""
        return self._ask("exists", path, lambda: inside(self.workspace, path).exists()) is True

    def read(self, path: str) -> bytes:
        """Return the content of a file of the workspace; of one that is too large, too much."""
        content = self._ask("read", path, lambda: _beginning(inside(self.workspace, path)))
        return content if isinstance(content, bytes) else b""

    def environment(self, name: str) -> str | None:
        """Return a variable of the environment that commands get.

        Raises:
            SecretError: if it holds a secret.
        """
        if is_secret(name, self._secrets):
            raise SecretError(name)
        found = self._ask("env", name, lambda: self._environment.get(name))
        return found if isinstance(found, str) else None

    def _ask(self, function: str, argument: str, find: Callable[[], Found]) -> Found:
        return self._questions.ask(self._step, function, argument, find)


def _beginning(path: Path) -> bytes:
    """Return the content of a file, up to what is more than a value may hold."""
    with path.open("rb") as file:
        return file.read(MAX_SIZE + 1)


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
