"""Places: which steps of a run a command of its file is.

A command in a `sweep:` or in copies of a `fork:` is a step for each, and in a `retry:` one for each
attempt. A place leaves their numbers open: ``[*]`` and ``[+]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitwf.language import tree

Place = tuple[tree.Command | tree.State, str]
"""What is a step of its own, and the id that it has in a run."""


def places(file: tree.File) -> Iterator[Place]:
    """Yield the commands and `state:` directives of a file, each with its place."""
    yield from _block(file.block, "")


def _block(block: tree.Block, at: str) -> Iterator[Place]:
    before = f"{at}/" if at else ""
    for number, line in enumerate(block.lines, 1):
        for position, item in enumerate(line.items, 1):
            place = f"{before}{number}"
            match item.statement:
                case tree.Use() | tree.Trigger() | tree.Definition():
                    continue
                case tree.Handler() as handler:
                    yield from _flow(handler.flow, f"{place}/{handler.kind}")
                    continue
                case tree.Assignment(value=value):
                    flow = value
                case statement:
                    flow = statement
            if not isinstance(flow, tree.Expression):
                alone = len(line.items) == 1
                yield from _flow(flow, place if alone else f"{place}.{position}")


def _flow(flow: tree.Flow, at: str) -> Iterator[Place]:  # noqa: C901, PLR0912 (one case a form)
    match flow:
        case tree.Command() | tree.State():
            yield flow, at
        case tree.Redirected():
            yield from _flow(flow.unit, at)
        case tree.Group():
            yield from _block(flow.body, at)
        case tree.Chain():
            yield from _each(list(_links(flow)), at)
        case tree.Pipeline():
            yield from _each(flow.parts, at)
        case tree.If():
            yield from _flow(flow.then, f"{at}/then")
            yield from _maybe(flow.otherwise, f"{at}/else")
        case tree.Case():
            yield from _each([branch.flow for branch in flow.branches], at)
        case tree.Retry():
            yield from _flow(flow.arm, f"{at}[+]")
        case tree.Timeout():
            yield from _flow(flow.arm, f"{at}/timeout")
        case tree.Sweep() | tree.Fork(branches=(_,)):
            arm = flow.arm if isinstance(flow, tree.Sweep) else flow.branches[0]
            yield from _flow(arm, f"{at}[*]")
        case tree.Fork():
            for index, branch in enumerate(flow.branches):
                yield from _flow(branch, f"{at}[{index}]")
        case tree.Barrier():
            yield from _maybe(flow.arm, f"{at}/then")
        case tree.Try():
            yield from _flow(flow.body, f"{at}/try")
            yield from _maybe(flow.catch, f"{at}/catch")
            yield from _maybe(flow.final, f"{at}/finally")
        case tree.Context() | tree.Target():
            yield from _flow(flow.arm, at)
        case tree.Droid():
            yield from _flow(flow.command, at)
        case tree.Missing():
            return


def _each(flows: Sequence[tree.Flow], at: str) -> Iterator[Place]:
    for number, flow in enumerate(flows, 1):
        yield from _flow(flow, f"{at}/{number}")


def _maybe(flow: tree.Flow | None, at: str) -> Iterator[Place]:
    if flow is not None:
        yield from _flow(flow, at)


def _links(flow: tree.Flow) -> Iterator[tree.Flow]:
    """Yield what a chain joins, from the left."""
    if isinstance(flow, tree.Chain):
        yield from _links(flow.left)
        yield from _links(flow.right)
    else:
        yield flow
