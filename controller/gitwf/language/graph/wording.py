"""What stands in a picture: the words of the file, on one line each."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from gitwf.language import builtins, tree
from gitwf.language.check.outs import OUT_FIELDS
from gitwf.language.graph.model import Shape, State
from gitwf.language.graph.standing import Standing, Standings
from gitwf.language.program import Program
from gitwf.language.signature import signature

_GAP = re.compile(r"(?:\\\r?\n|\s)+")
_HANDLERS = {"on_failure": "on failure", "on_success": "on success", "on_exit": "on exit"}


class Saying(msgspec.Struct, frozen=True):
    """What is said of a step: in large, and perhaps in small."""

    shape: Shape
    text: str
    note: str | None = None
    state: State | None = None


class Wording:
    """The words of one program's own file; with ``standings`` also what became of them in a run."""

    def __init__(self, program: Program, standings: Standings | None = None) -> None:
        self._program = program
        self._standings = standings
        self._text = program.sources[program.file.path].text

    def of(self, node: tree.Node) -> str:
        """Return ``node`` as it is written."""
        return _GAP.sub(" ", self._text[node.span.start : node.span.end])

    def line(self, flow: tree.Command | tree.Redirected | tree.State) -> str:
        """Return a step in one line, with how it stands behind it."""
        text = self.title(flow) if isinstance(flow, tree.State) else self.of(flow)
        standing = self._standing(flow)
        return f"{text} ({standing.text})" if standing else text

    def step(self, flow: tree.Command | tree.Redirected | tree.Droid | tree.State) -> Saying:
        """Return what is said of a step: of a command also what it writes or changes."""
        saying, standing = self._step(flow), self._standing(flow)
        if standing is None:
            return saying
        note = _lines(saying.note or "", standing.text)
        return msgspec.structs.replace(saying, note=note, state=standing.state)

    def _standing(
        self, flow: tree.Command | tree.Redirected | tree.Droid | tree.State
    ) -> Standing | None:
        unit = flow.unit if isinstance(flow, tree.Redirected) else flow
        return self._standings.of(unit) if self._standings else None

    def _step(self, flow: tree.Command | tree.Redirected | tree.Droid | tree.State) -> Saying:
        match flow:
            case tree.Command():
                return self._command(flow, self.of(flow))
            case tree.Redirected(unit=tree.Command() as command):
                return self._command(command, self.of(flow))
            case tree.Droid(command=tree.Command() as command):
                return Saying(Shape.DROID, self.of(command), self.title(flow))
            case tree.State():
                return Saying(Shape.STATE, f"{flow.action} {self.of(flow.path)}")
            case _:
                return Saying(Shape.COMMAND, self.of(flow))

    def definition(self, definition: tree.Definition) -> Saying:
        """Return what is said of a command where it is defined."""
        return self._defined(self._program.file.path, definition, signature(definition).text)

    def _command(self, command: tree.Command, text: str) -> Saying:
        known = self._program.definitions.get(command.name)
        if known is not None:
            return self._defined(known.path, known.definition, text)
        return Saying(Shape.BUILTIN if command.name in builtins.COMMANDS else Shape.COMMAND, text)

    def _defined(self, path: str, definition: tree.Definition, text: str) -> Saying:
        outs = self._words(path, definition, OUT_FIELDS)
        effect = self._words(path, definition, frozenset({"effect"}))
        target = self._words(path, definition, frozenset({"target"}))
        where = f"on {target}" if target else ""
        if effect:
            return Saying(Shape.EFFECT, text, _lines(f"changes {effect}", where))
        return Saying(Shape.STAGE if outs else Shape.COMMAND, text, _lines(outs, where) or None)

    def _words(self, path: str, definition: tree.Definition, fields: frozenset[str]) -> str:
        text = self._program.sources[path].text
        words = [w for field in definition.fields if field.name in fields for w in field.words]
        return " ".join(text[word.span.start : word.span.end] for word in words)

    def title(self, flow: tree.Directive) -> str:  # noqa: C901 (one case a directive)
        """Return what a directive does with its arm: ``retry 3 · delay 60``."""
        match flow:
            case tree.Retry():
                return _joined(f"retry {self.of(flow.count)}", self.options(flow.options))
            case tree.Timeout():
                return _joined(f"timeout {self.of(flow.duration)}", self.options(flow.options))
            case tree.Fork():
                copies = " copies" if len(flow.branches) == 1 else ""
                return _joined(f"fork {self.of(flow.count)}{copies}", self.options(flow.options))
            case tree.Sweep():
                axes = [f"{axis.name} = {self._list(axis.values)}" for axis in flow.axes]
                return _joined("sweep " + " × ".join(axes), self.options(flow.options))
            case tree.Context():
                return f"context {flow.name} → {self._list(flow.names)}"
            case tree.Target():
                return _joined(f"on {self.of(flow.target)}", self.options(flow.options))
            case tree.If():
                return f"if {self.of(flow.condition)}"
            case tree.Case():
                return f"case {self.of(flow.subject)}"
            case tree.Barrier():
                return _joined("barrier", self.options(flow.options))
            case tree.Try():
                return "try"
            case tree.Droid():
                return _joined(f"droid {flow.name}", self.options(flow.options))
            case tree.State():
                return self._step(flow).text

    def patterns(self, branch: tree.Branch) -> str:
        """Return the patterns of a branch of a case."""
        return self._list(branch.patterns)

    def handler(self, handler: tree.Handler) -> str:
        """Return when a handler runs."""
        return _HANDLERS[handler.kind]

    def trigger(self, trigger: tree.Trigger) -> str:
        """Return what asks for a run."""
        return _joined(f"on {trigger.event}", self.options(trigger.options))

    def options(self, options: Sequence[tree.Option]) -> str:
        """Return options without their colons: ``delay 60 · backoff 2``."""
        return " · ".join(f"{option.key} {self.of(option.value)}" for option in options)

    def _list(self, nodes: Sequence[tree.Node]) -> str:
        return ", ".join(self.of(node) for node in nodes)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
