"""Where a program reads fields of `$params`, which are those of `params.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.program import Program
from gitwf.language.runline import parse_run_line
from gitwf.language.value import Number
from gitwf.language.walk import children, walk

_NAME = "params"
_KEY = re.compile(r"\w[\w-]*")
_ASKING = frozenset({"in", "??"})
"""Operators that tell whether something is there."""


class ParamRead(msgspec.Struct, frozen=True):
    """``$params.train.lr``: the key, as DVC writes it, as far as no value decides it, and where the whole stands."""

    path: str
    span: Span
    key: str


def param_reads(program: Program) -> Iterator[ParamRead]:
    """Yield what the jobs of a program, and the definitions that it calls, read of `$params` and need.

    What stands left of a `??` need not be there, nor what is read where a condition asks what is there.
    """
    for path, root in _roots(program):
        waiting = [root]
        while waiting:
            found = waiting.pop()
            links = _links(found)
            if links and _is_params(links[0].target):
                if key := ".".join(_keys(links)):
                    yield ParamRead(path, found.span, key)
                waiting += [link.index for link in links if isinstance(link, tree.Index)]
            else:
                waiting += _needed(found)


def _roots(program: Program) -> Iterator[tuple[str, tree.Node]]:
    """Yield what a run may evaluate, each with the path of its file."""
    for line in program.file.block.lines:
        for item in line.items:
            if not isinstance(item.statement, tree.Definition):
                yield program.file.path, item.statement
    called = {command.name for command in program.own(tree.Command)}
    for name in sorted(called & program.definitions.keys()):
        path, definition = program.definitions[name].path, program.definitions[name].definition
        yield path, definition
        run = definition.field("run")
        if run and run.text and _NAME in run.text.text:
            for part in parse_run_line(run.text.text, run.text.span.start, path).parts:
                yield path, part


def _links(node: tree.Node) -> list[tree.Field | tree.Index]:
    """Return the fields and items that ``node`` is made of, from the variable on."""
    links: list[tree.Field | tree.Index] = []
    while isinstance(node, tree.Field | tree.Index):
        links.append(node)
        node = node.target
    return links[::-1]


def _keys(links: list[tree.Field | tree.Index]) -> Iterator[str]:
    """Yield what is asked for, up to what only a run knows, or what no key of DVC can say."""
    for link in links:
        match link:
            case tree.Field(name=name) | tree.Index(index=tree.Constant(value=str(name))):
                key = name
            case tree.Index(index=tree.Constant(value=Number(spelling=key))):
                pass
            case _:
                return
        if not _KEY.fullmatch(key):
            return
        yield key


def _needed(node: tree.Node) -> list[tree.Node]:
    """Return what stands directly in ``node`` and has to have a value."""
    match node:
        case tree.Binary(operator="??", right=right):
            return [right]
        case tree.If(condition=first) | tree.Case(subject=first) | tree.Binary(left=first):
            return [first] if _asks(first) else children(node)
        case _:
            return children(node)


def _asks(condition: tree.Expression) -> bool:
    """Return whether a condition asks which parameters there are."""
    return any(
        (isinstance(node, tree.Binary) and node.operator in _ASKING and _mentions(node))
        or (isinstance(node, tree.Call) and (node.function == "exists" or _mentions(node)))
        for node in walk(condition)
    )


def _mentions(node: tree.Node) -> bool:
    return any(map(_is_params, walk(node)))


def _is_params(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name == _NAME
