"""Definitions from inside: they are closed, so their fields read parameters and built-ins only."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, nearest
from gitwf.language import builtins, tree
from gitwf.language.check.reads import reads
from gitwf.language.check.surroundings import Scene, defined
from gitwf.language.runline import names, parse_run_line
from gitwf.language.secret import is_secret


def check_definitions(scene: Scene) -> Iterator[Diagnostic]:
    """Yield what is wrong in the run lines and other fields of all definitions."""
    for path, definition in defined(scene.program):
        closed = _Closed(path, definition, scene.surroundings.secrets)
        yield from closed.check()


class _Closed:
    """A definition, and the names that it may read."""

    def __init__(self, path: str, definition: tree.Definition, secrets: frozenset[str]) -> None:
        self._path = path
        self._definition = definition
        self._parameters = frozenset(p.name for p in definition.parameters)
        field = definition.field("secrets")
        own = {name for word in field.words for name in _literals(word)} if field else set()
        self._secrets = secrets | own

    def check(self) -> Iterator[Diagnostic]:
        yield from self._defaults()
        for field in self._definition.fields:
            if field.text is None:
                yield from (self._unset(name) for word in field.words for name in self._open(word))
            elif field.name == "run":
                yield from self._run_line(field.text)

    def _defaults(self) -> Iterator[Diagnostic]:
        """Check the defaults: each sees the parameters before it."""
        before: set[str] = set()
        for parameter in self._definition.parameters:
            for name in reads(parameter.default) if parameter.default else ():
                if name.name not in before | builtins.VARIABLES.keys():
                    yield self._unset(name)
            before.add(parameter.name)

    def _run_line(self, text: tree.RunText) -> Iterator[Diagnostic]:
        line = parse_run_line(text.text, text.span.start, self._path)
        yield from line.diagnostics
        for name in names(line):
            if self._is_open(name):
                yield self._unset(name, f"`$${name.name}` is the shell's own variable")

    def _open(self, node: tree.Node) -> Iterator[tree.Name]:
        return (name for name in reads(node) if self._is_open(name))

    def _is_open(self, name: tree.Name) -> bool:
        return name.name not in self._parameters and name.name not in builtins.VARIABLES

    def _unset(self, name: tree.Name, hint: str | None = None) -> Diagnostic:
        if is_secret(name.name, self._secrets):
            message = f"`${name.name}` is a secret, and no value"
            hint = f"the shell reads it: write `$${name.name}`, and name it in `secrets`"
            return Diagnostic("WF502", message, self._path, name.span, hint)
        message = f"`${name.name}` is no parameter of `/{self._definition.name}`"
        if close := nearest(name.name, sorted(self._parameters)):
            hint = f"did you mean `${close}`?"
        hint = hint or f"take it as a parameter: `define:/{self._definition.name} {name.name}`"
        return Diagnostic("WF201", message, self._path, name.span, hint)


def _literals(word: tree.Word) -> Iterator[str]:
    """Yield the names in a word of a ``secrets`` field: they are parted by spaces or commas."""
    for part in word.parts:
        if isinstance(part, tree.Literal):
            yield from part.text.split(",")
