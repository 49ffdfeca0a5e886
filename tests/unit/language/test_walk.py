"""Walking finds every node, whatever its kind."""

from __future__ import annotations

from gitwf.diagnostics import Span
from gitwf.language import tree
from gitwf.language.parser import parse
from gitwf.language.walk import children, walk

TEXT = """\
use:lib.wf
on:commit branch:main
define:/a x:int=1 ...
  ↳ run  → echo $x
  ↳ deps → ${x}.txt
on_exit → /a "v=$x" > $y >> ${z.b[0]}.txt
$w = [-1, not true, len("n=$x"), 1 + 2]
case:$w
  ↳ a, "b" → /a &
if:$w → /a → /a && /a | { /a }
retry:3 delay:2 → timeout:5s → fork:2 → /a & /a
sweep:s=1,2 → droid:d → /fix
barrier → $w → /a
state:save → s.json
context:c → $q → try: /a → catch: /a → finally: target:local → /a
"""


def test_children_of_every_kind_of_node_are_found() -> None:
    missed = set()
    for node in walk(parse("case.wf", TEXT).file):
        expected: list[tree.Node] = []
        for name in node.__struct_fields__:
            held = getattr(node, name)
            held = held if isinstance(held, tuple) else (held,)
            expected += [item for item in held if isinstance(item, tree.Node)]
        if list(children(node)) != expected:
            missed.add(type(node))
    assert missed == set()


def test_outer_nodes_come_first_and_in_order() -> None:
    found = [type(node).__name__ for node in walk(parse("case.wf", "/a b\n$x = 1\n").file)]
    assert " ".join(found) == (
        "File Block Line Item Command Word Literal Line Item Assignment Constant"
    )


def test_a_leaf_has_no_children() -> None:
    assert list(children(tree.Name(Span(0, 1), "x"))) == []
