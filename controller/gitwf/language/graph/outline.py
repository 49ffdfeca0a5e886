"""A workflow as a tree of lines, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from gitwf.language import tree
from gitwf.language.graph.standing import Standings
from gitwf.language.graph.wording import Wording
from gitwf.language.program import Program

_WIDTH = 90


class Entry(msgspec.Struct, frozen=True):
    """A line, and those that stand below it."""

    text: str
    below: tuple[Entry, ...] = ()


def outline(program: Program, standings: Standings | None = None) -> Entry:
    """Return the lines of ``program``'s own file, below its path."""
    return Entry(program.file.path, _Outliner(Wording(program, standings)).file(program.file))


def to_text(entry: Entry) -> str:
    """Return ``entry`` with all that is below it, as a tree."""
    return "".join(f"{line}\n" for line in (entry.text, *_lines(entry.below, "")))


def _lines(entries: Sequence[Entry], before: str) -> Iterator[str]:
    for entry in entries:
        last = entry is entries[-1]
        yield f"{before}{'╰─' if last else '├─'} {entry.text}"
        yield from _lines(entry.below, before + ("   " if last else "│  "))


class _Outliner:
    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def file(self, file: tree.File) -> tuple[Entry, ...]:
        found = self._block(file.block)
        return found or tuple(
            Entry(f"define {self._wording.definition(item.statement).text}")
            for line in file.block.lines
            for item in line.items
            if isinstance(item.statement, tree.Definition)
        )

    def _block(self, block: tree.Block) -> tuple[Entry, ...]:
        return tuple(
            entry
            for line in block.lines
            for position, item in enumerate(line.items)
            for entry in self._item(item, "; " if position else "")
        )

    def _item(self, item: tree.Item, before: str) -> tuple[Entry, ...]:
        if item.background:
            return (_arm("in the background", self._statement(item.statement, "")),)
        return self._statement(item.statement, before)

    def _statement(self, statement: tree.Statement, before: str) -> tuple[Entry, ...]:
        match statement:
            case tree.Use() | tree.Definition():
                return ()
            case tree.Trigger():
                return (Entry(self._wording.trigger(statement)),)
            case tree.Handler():
                return (_arm(self._wording.handler(statement), self._flow(statement.flow)),)
            case tree.Assignment():
                return self._assignment(statement, before)
            case _:
                return self._flow(statement, before)

    def _assignment(self, assignment: tree.Assignment, before: str) -> tuple[Entry, ...]:
        if isinstance(assignment.value, tree.Expression):
            return (Entry(before + self._wording.of(assignment)),)
        return self._flow(assignment.value, f"{before}${assignment.name} = ")

    def _flow(self, flow: tree.Flow, before: str = "") -> tuple[Entry, ...]:
        """Return the lines of a flow; ``before`` begins the first one."""
        line = self._line(flow)
        if line is not None and len(before + line) <= _WIDTH:
            return (Entry(before + line),)
        match flow:
            case tree.Chain():
                return self._flow(flow.left, before) + self._flow(flow.right, f"{flow.operator} ")
            case tree.Pipeline():
                first, *others = flow.parts
                rest = (entry for part in others for entry in self._flow(part, "| "))
                return (*self._flow(first, before), *rest)
            case tree.Group():
                return (Entry(f"{before}group", self._block(flow.body)),)
            case tree.Redirected(unit=tree.Group() as group):
                words = ["group", *map(self._wording.of, flow.redirects)]
                return (Entry(before + " ".join(words), self._block(group.body)),)
            case tree.Command() | tree.Redirected():
                return (Entry(before + self._wording.line(flow)),)
            case tree.Missing():
                return ()
            case _:
                return (self._directive(flow, before + self._wording.title(flow)),)

    def _line(self, flow: tree.Flow) -> str | None:
        """Return ``flow`` on one line, or None where it holds others."""
        match flow:
            case tree.Command() | tree.Redirected(unit=tree.Command()) | tree.State():
                return self._wording.line(flow)
            case tree.Chain():
                left, right = self._line(flow.left), self._line(flow.right)
                return left and right and f"{left} {flow.operator} {right}"
            case tree.Pipeline():
                parts = [line for part in flow.parts if (line := self._line(part))]
                return " | ".join(parts) if len(parts) == len(flow.parts) else None
            case _:
                return None

    def _directive(self, flow: tree.Directive, title: str) -> Entry:
        match flow:
            case tree.Retry() | tree.Timeout() | tree.Sweep() | tree.Context() | tree.Target():
                return _arm(title, self._flow(flow.arm))
            case tree.Fork():
                below = (entry for branch in flow.branches for entry in self._flow(branch))
                return Entry(title, tuple(below))
            case tree.If():
                arms = [_arm("yes", self._flow(flow.then))]
                if flow.otherwise is not None:
                    arms.append(_arm("no", self._flow(flow.otherwise)))
                return Entry(title, tuple(arms))
            case tree.Case():
                arms = [_arm(self._wording.patterns(b), self._flow(b.flow)) for b in flow.branches]
                return Entry(title, tuple(arms))
            case tree.Try():
                return Entry(title, tuple(self._try(flow)))
            case tree.Barrier():
                return self._barrier(flow, title)
            case tree.Droid():
                return _arm(title, self._flow(flow.command))
            case tree.State():
                return Entry(self._wording.line(flow))

    def _try(self, flow: tree.Try) -> Iterator[Entry]:
        yield from self._flow(flow.body)
        if flow.catch is not None:
            yield _arm("catch", self._flow(flow.catch))
        if flow.final is not None:
            yield _arm("finally", self._flow(flow.final))

    def _barrier(self, flow: tree.Barrier, title: str) -> Entry:
        if flow.condition is not None:
            title = f"{title} → {self._wording.of(flow.condition)}"
        return Entry(title) if flow.arm is None else _arm(title, self._flow(flow.arm))


def _arm(title: str, entries: tuple[Entry, ...]) -> Entry:
    """Return ``entries`` behind an arrow: on the title's line where there is but one."""
    if len(entries) == 1 and len(f"{title} → {entries[0].text}") <= _WIDTH:
        return Entry(f"{title} → {entries[0].text}", entries[0].below)
    return Entry(title, entries)
