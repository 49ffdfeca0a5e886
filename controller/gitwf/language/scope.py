"""What an expression can see, and how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gitwf.diagnostics import Span
from gitwf.language.value import Value


class Scope(Protocol):
    """The variables of a place in a run, with the little of its surroundings that is readable."""

    def variable(self, name: str) -> Value:
        """Return the value of variable ``name``.

        Raises:
            UnsetError: if it was never set.
            OperationError: if it stands for a file that cannot be read.
        """

    def exists(self, path: str) -> bool:
        """Return whether ``path`` is a file or folder of the workspace.

        Raises:
            OSError: if the path leads out of it.
        """

    def read(self, path: str) -> bytes:
        """Return the content of a file of the workspace.

        Raises:
            OSError: if it cannot be read.
        """

    def environment(self, name: str) -> str | None:
        """Return an environment variable of the controller, or None.

        Raises:
            SecretError: if it holds a secret.
        """


BUILTIN_VARIABLES = frozenset(
    ("result", "status", "error", "index", "all_results_ready", "run", "params", "context")
)
"""The variables that the engine sets (`docs/language.md`, section 4)."""


class ClosedScope:
    """What a definition sees: its parameters and the built-in variables, nothing else."""

    def __init__(self, parameters: Mapping[str, Value], outer: Scope) -> None:
        self._parameters = parameters
        self._outer = outer

    def variable(self, name: str) -> Value:
        """Return a parameter, or else a built-in variable."""
        if name in self._parameters:
            return self._parameters[name]
        if name in BUILTIN_VARIABLES:
            return self._outer.variable(name)
        raise UnsetError(name)

    def exists(self, path: str) -> bool:
        """Return whether ``path`` is in the workspace."""
        return self._outer.exists(path)

    def read(self, path: str) -> bytes:
        """Return the content of a file of the workspace."""
        return self._outer.read(path)

    def environment(self, name: str) -> str | None:
        """Return an environment variable of the controller, or None."""
        return self._outer.environment(name)


class UnsetError(Exception):
    """A variable was never set. ``name`` is without the dollar."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class SecretError(Exception):
    """An expression asked for a secret of the environment."""


class OperationError(Exception):
    """An operator or a function got what it cannot work on; whoever knows the place adds it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class EvaluationError(Exception):
    """An expression has no value: what is wrong, where, and what to do."""

    def __init__(self, message: str, span: Span, hint: str | None = None) -> None:
        super().__init__(message, span, hint)
        self.message = message
        self.span = span
        self.hint = hint

    def __str__(self) -> str:
        return self.message
