"""Definitions from inside: they are closed, so their fields read parameters and built-ins only."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, nearest
from gitwf.language import builtins, tree
from gitwf.language.check.scene import Scene
from gitwf.language.check.secrets import as_value, own_secrets
from gitwf.language.expand import literal_value
from gitwf.language.reads import reads
from gitwf.language.runline import RunLine, names
from gitwf.language.scope import OperationError
from gitwf.language.secret import is_secret
from gitwf.language.signature import converted
from gitwf.language.value import to_text


def check_definitions(scene: Scene) -> Iterator[Diagnostic]:
    """Yield what is wrong in the run lines and other fields of all definitions."""
    secrets = scene.surroundings.secrets
    for path, definition in scene.definitions:
        yield from _Closed(path, definition, secrets).fields()
    for path, definition, line in scene.run_lines:
        yield from line.diagnostics
        yield from _Closed(path, definition, secrets).run_line(line)


class _Closed:
    """A definition, and the names that it may read."""

    def __init__(self, path: str, definition: tree.Definition, secrets: frozenset[str]) -> None:
        self._path = path
        self._definition = definition
        self._parameters = frozenset(p.name for p in definition.parameters)
        self._secrets = secrets | own_secrets(definition)

    def fields(self) -> Iterator[Diagnostic]:
        """Yield what the fields read and must not, and the defaults of parameters."""
        yield from self._defaults()
        for field in self._definition.fields:
            for name in (name for word in field.words for name in reads(word)):
                if self._is_open(name):
                    yield self._unset(name)

    def run_line(self, line: RunLine) -> Iterator[Diagnostic]:
        """Yield what a run line reads and must not."""
        for name in names(line):
            if self._is_open(name):
                yield self._unset(name, f"`{self._of_shell(name)}` is a variable of the shell; ")

    def _of_shell(self, name: tree.Name) -> str:
        """Return how the run line hands a name on to the shell, with what the shell is to do with it."""
        run = self._definition.field("run")
        if run and run.text:
            at = name.span.start - run.text.span.start
            if run.text.text[:at].endswith("${"):
                return f"$${{{run.text.text[at:].partition('}')[0]}}}"
        return f"$${name.name}"

    def _defaults(self) -> Iterator[Diagnostic]:
        """Check the defaults: each sees the parameters before it."""
        before: set[str] = set()
        for parameter in self._definition.parameters:
            for name in reads(parameter.default) if parameter.default else ():
                if name.name not in before | builtins.VARIABLES.keys():
                    yield self._not_before(name, parameter)
            before.add(parameter.name)
            yield from self._mistyped(parameter)

    def _not_before(self, name: tree.Name, parameter: tree.Parameter) -> Diagnostic:
        message = f"`${name.name}` is no parameter before `{parameter.name}`"
        hint = "a default sees the parameters before it, and built-in variables"
        return Diagnostic("WF201", message, self._path, name.span, hint)

    def _mistyped(self, parameter: tree.Parameter) -> Iterator[Diagnostic]:
        literal = literal_value(parameter.default) if parameter.default else None
        if literal is None:
            return
        try:
            converted(literal[0], parameter.kind)
        except OperationError as error:
            message = f"the default of `{parameter.name}` {error}, not `{to_text(literal[0])}`"
            yield Diagnostic("WF206", message, self._path, parameter.span)

    def _is_open(self, name: tree.Name) -> bool:
        return name.name not in self._parameters and name.name not in builtins.VARIABLES

    def _unset(self, name: tree.Name, hint: str = "") -> Diagnostic:
        if is_secret(name.name, self._secrets):
            return as_value(name, self._path)
        message = f"`${name.name}` is no parameter of `/{self._definition.name}`"
        if close := nearest(name.name, sorted(self._parameters)):
            hint += f"did you mean `${close}`?"
        else:
            hint += (
                f"a value comes in as a parameter: `define:/{self._definition.name} {name.name}`"
            )
        return Diagnostic("WF201", message, self._path, name.span, hint)
