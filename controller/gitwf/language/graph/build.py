"""From a program to its graph: who follows whom, and when.

A piece of the flow is drawn as a `_Piece`: where edges enter it, and the ends from which edges
leave it where it has succeeded and where it has failed. Operators, lines and directives join
pieces by their ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from gitwf.language import tree
from gitwf.language.graph.model import Cluster, Edge, Graph, Kind, Node, Shape, When
from gitwf.language.graph.standing import Standings
from gitwf.language.graph.wording import Saying, Wording
from gitwf.language.program import Program


class _End(msgspec.Struct, frozen=True):
    """Where an edge leaves: a node, or the whole ``cluster`` that it stands in."""

    node: str
    text: str = ""
    cluster: str | None = None
    when: When | None = None
    """When it is left, if that is not what the next operator says."""


class _Piece(msgspec.Struct, frozen=True):
    entries: tuple[str, ...] = ()
    done: tuple[_End, ...] = ()
    failed: tuple[_End, ...] = ()


_NOTHING = _Piece()


def build(program: Program, standings: Standings | None = None) -> Graph:
    """Return the graph of the flow of ``program``'s own file."""
    return _Builder(Wording(program, standings)).graph(program.file)


class _Builder:
    """The graph as far as it has been drawn."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._clusters: list[Cluster] = []
        self._cluster: str | None = None
        self._jobs = _NOTHING
        """The background jobs of the block that no barrier has joined yet."""

    def graph(self, file: tree.File) -> Graph:
        """Draw a file; one that only defines commands as these commands."""
        statements = [item.statement for line in file.block.lines for item in line.items]
        if all(isinstance(statement, _DECLARATIONS) for statement in statements):
            for statement in statements:
                if isinstance(statement, tree.Definition):
                    self._node(self._wording.definition(statement))
        else:
            triggers = [s for s in statements if isinstance(s, tree.Trigger)]
            asked = [self._wording.trigger(trigger) for trigger in triggers] or ["on commit"]
            start = self._node(Saying(Shape.START, "\n".join(asked)))
            self._after(start, self._block(file.block))
        place = {node.id: number for number, node in enumerate(self._nodes)}
        edges = sorted(self._edges, key=lambda edge: (place[edge.source], place[edge.target]))
        return Graph(tuple(self._nodes), tuple(edges), tuple(self._clusters))

    # -- drawing -------------------------------------------------------------------------------

    def _node(self, saying: Saying) -> _Piece:
        name = f"n{len(self._nodes) + 1}"
        node = Node(name, saying.shape, saying.text, saying.note, self._cluster, saying.state)
        self._nodes.append(node)
        return _Piece((name,), (_End(name),), (_End(name),))

    def _framed(self, kind: Kind, text: str, draw: Callable[[], _Piece]) -> _Piece:
        """Draw a piece within a cluster, which fails as one."""
        name, around = f"c{len(self._clusters) + 1}", self._cluster
        self._clusters.append(Cluster(name, kind, text, around))
        self._cluster = name
        piece = draw()
        self._cluster = around
        failed = (_End(piece.failed[-1].node, cluster=name),) if piece.failed else ()
        return _Piece(piece.entries, piece.done, failed)

    def _connect(
        self, ends: Iterable[_End], entries: Sequence[str], when: When, text: str = ""
    ) -> None:
        leaving = tuple(dict.fromkeys(ends))
        if len(leaving) > 1 and len(entries) > 1:
            point = self._node(Saying(Shape.POINT, ""))
            self._connect(leaving, point.entries, when, text)
            leaving, when, text = point.done, When.SUCCEEDED, ""
        for end in leaving:
            for entry in entries:
                edge = Edge(end.node, entry, end.when or when, text or end.text, end.cluster)
                self._edges.append(edge)

    def _after(self, left: _Piece, right: _Piece, when: When = When.SUCCEEDED) -> _Piece:
        """Draw ``right`` behind ``left``."""
        if not right.entries:
            return left
        leaving = {
            When.SUCCEEDED: left.done,
            When.PIPE: left.done,
            When.FAILED: left.failed,
            When.ENDED: left.done + left.failed,
        }[when]
        self._connect(leaving, right.entries, when)
        entries = left.entries or right.entries
        match when:
            case When.FAILED:
                return _Piece(entries, left.done + right.done, right.failed)
            case When.ENDED:
                return _Piece(entries, right.done, right.failed)
            case _:
                return _Piece(entries, right.done, left.failed + right.failed)

    # -- blocks --------------------------------------------------------------------------------

    def _block(self, block: tree.Block) -> _Piece:
        around, self._jobs = self._jobs, _NOTHING
        whole = _NOTHING
        for line in block.lines:
            when = When.SUCCEEDED
            for item in line.items:
                if item.background:
                    whole = self._background(whole, item.statement)
                else:
                    whole, when = self._after(whole, self._statement(item.statement), when), _NEXT
        self._handlers(block)
        whole, self._jobs = _beside(whole, self._jobs), around
        return whole

    def _background(self, before: _Piece, statement: tree.Statement) -> _Piece:
        """Draw what runs beside what follows ``before``."""
        job = self._framed(Kind.BACKGROUND, "in the background", lambda: self._statement(statement))
        self._connect(before.done, job.entries, When.STARTED)
        joined = tuple(msgspec.structs.replace(end, when=When.JOINED) for end in job.done)
        entries = () if before.entries else job.entries
        self._jobs = _beside(self._jobs, _Piece(entries, joined, job.failed))
        return before

    def _handlers(self, block: tree.Block) -> None:
        for line in block.lines:
            for item in line.items:
                if isinstance(item.statement, tree.Handler):
                    self._handler(item.statement)

    def _handler(self, handler: tree.Handler) -> None:
        title = self._wording.handler(handler)
        self._framed(Kind.HANDLER, title, lambda: self._flow(handler.flow))

    def _statement(self, statement: tree.Statement) -> _Piece:
        match statement:
            case tree.Use() | tree.Trigger() | tree.Definition() | tree.Handler():
                return _NOTHING
            case tree.Assignment():
                return self._assignment(statement)
            case _:
                return self._flow(statement)

    def _assignment(self, assignment: tree.Assignment) -> _Piece:
        value, target = assignment.value, f"${assignment.name} ="
        if isinstance(value, tree.Expression):
            return self._node(Saying(Shape.VALUE, self._wording.of(assignment)))
        if isinstance(value, tree.Chain | tree.Pipeline | tree.Group):
            return self._framed(Kind.DIRECTIVE, target, lambda: self._flow(value))
        return self._flow(value, f"{target} ")

    # -- flows ---------------------------------------------------------------------------------

    def _flow(self, flow: tree.Flow, prefix: str = "") -> _Piece:  # noqa: C901 (one case a form)
        """Draw a flow; ``prefix`` stands before the words of its first node or cluster."""
        match flow:
            case tree.Command() | tree.Droid() | tree.State():
                return self._step(flow, prefix)
            case tree.Redirected():
                return self._redirected(flow, prefix)
            case tree.Group():
                return self._block(flow.body)
            case tree.Chain():
                return self._after(
                    self._flow(flow.left), self._flow(flow.right), _WHEN[flow.operator]
                )
            case tree.Pipeline():
                return self._pipeline(flow)
            case tree.If():
                return self._if(flow, prefix)
            case tree.Case():
                return self._case(flow, prefix)
            case tree.Fork():
                return self._directive(flow, prefix, lambda: self._side_by_side(flow.branches))
            case tree.Barrier():
                return self._barrier(flow, prefix)
            case tree.Try():
                return self._try(flow)
            case tree.Retry() | tree.Timeout() | tree.Sweep() | tree.Context() | tree.Target():
                return self._directive(flow, prefix, lambda: self._flow(flow.arm))
            case tree.Missing():
                return _NOTHING

    def _step(
        self, step: tree.Command | tree.Redirected | tree.Droid | tree.State, prefix: str
    ) -> _Piece:
        saying = self._wording.step(step)
        return self._node(msgspec.structs.replace(saying, text=prefix + saying.text))

    def _redirected(self, flow: tree.Redirected, prefix: str) -> _Piece:
        if isinstance(flow.unit, tree.Command):
            return self._step(flow, prefix)
        title = " ".join(self._wording.of(redirect) for redirect in flow.redirects)
        return self._framed(Kind.DIRECTIVE, prefix + title, lambda: self._flow(flow.unit))

    def _directive(self, flow: tree.Directive, prefix: str, draw: Callable[[], _Piece]) -> _Piece:
        return self._framed(Kind.DIRECTIVE, prefix + self._wording.title(flow), draw)

    def _pipeline(self, flow: tree.Pipeline) -> _Piece:
        whole = _NOTHING
        for part in flow.parts:
            whole = self._after(whole, self._flow(part), When.PIPE)
        return whole

    def _side_by_side(self, flows: Iterable[tree.Flow]) -> _Piece:
        whole = _NOTHING
        for flow in flows:
            whole = _beside(whole, self._flow(flow))
        return whole

    def _if(self, flow: tree.If, prefix: str) -> _Piece:
        asked = self._node(Saying(Shape.CONDITION, prefix + self._wording.title(flow)))
        then = self._chosen(asked, "yes", flow.then)
        otherwise = self._chosen(asked, "no", flow.otherwise)
        return _Piece(asked.entries, then.done + otherwise.done, then.failed + otherwise.failed)

    def _case(self, flow: tree.Case, prefix: str) -> _Piece:
        asked = self._node(Saying(Shape.CONDITION, prefix + self._wording.title(flow)))
        chosen = [self._chosen(asked, self._wording.patterns(b), b.flow) for b in flow.branches]
        if not any(pattern.text == "*" for b in flow.branches for pattern in b.patterns):
            chosen.append(self._chosen(asked, "else", None))
        done = tuple(end for piece in chosen for end in piece.done)
        return _Piece(asked.entries, done, tuple(e for piece in chosen for e in piece.failed))

    def _chosen(self, asked: _Piece, answer: str, flow: tree.Flow | None) -> _Piece:
        """Draw what ``answer`` leads to; without a flow the answer is an end of its own."""
        ends = tuple(msgspec.structs.replace(end, text=answer) for end in asked.done)
        piece = _NOTHING if flow is None else self._flow(flow)
        if not piece.entries:
            return _Piece(asked.entries, ends)
        self._connect(ends, piece.entries, When.SUCCEEDED)
        return piece

    def _barrier(self, flow: tree.Barrier, prefix: str) -> _Piece:
        whole = self._node(Saying(Shape.BARRIER, prefix + self._wording.title(flow)))
        self._connect(self._jobs.done, whole.entries, When.JOINED)
        self._jobs = _NOTHING
        if flow.condition is not None:
            text = f"if {self._wording.of(flow.condition)}"
            whole = self._after(whole, self._node(Saying(Shape.CONDITION, text)))
        return whole if flow.arm is None else self._after(whole, self._flow(flow.arm))

    def _try(self, flow: tree.Try) -> _Piece:
        whole = self._directive(flow, "", lambda: self._flow(flow.body))
        if flow.catch is not None:
            catch = self._flow(flow.catch)
            self._connect(whole.failed, catch.entries, When.FAILED, "catch")
            whole = _Piece(whole.entries, whole.done + catch.done, catch.failed)
        if flow.final is not None:
            final = self._flow(flow.final)
            self._connect(whole.done + whole.failed, final.entries, When.ENDED, "finally")
            whole = _Piece(whole.entries, final.done, final.failed)
        return whole


_DECLARATIONS = (tree.Use, tree.Trigger, tree.Definition, tree.Handler)
_NEXT = When.ENDED
"""When a statement follows that stands behind another one on its line."""
_WHEN = {"&&": When.SUCCEEDED, "→": When.SUCCEEDED, "||": When.FAILED}


def _beside(left: _Piece, right: _Piece) -> _Piece:
    return _Piece(left.entries + right.entries, left.done + right.done, left.failed + right.failed)
