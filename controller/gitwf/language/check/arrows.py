"""Arrows, and a `&`, that read otherwise than they look: WF305."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, Severity, Source, Span
from gitwf.language import tree
from gitwf.language.check.scene import Scene

_NAMES = {tree.Fork: "fork:", tree.Sweep: "sweep:", tree.Retry: "retry:"}


def check_arrows(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF305 for each place where a person is likely to read another program."""
    for chain in scene.own(tree.Chain):
        if chain.operator == "→":
            yield from _chain(chain, scene.path)
    for fork in scene.own(tree.Fork):
        yield from _fork(fork, scene.program.sources[scene.path])


def _chain(chain: tree.Chain, path: str) -> Iterator[Diagnostic]:
    match chain:
        case tree.Chain(left=tree.If(otherwise=tree.Node()), right=right):
            message = "a third arrow behind an `if:` runs whatever the condition was"
            hint = "group what belongs together: `if:… → { /a → /b } → /c`"
            yield _warning(message, right.span, path, hint)
        case tree.Chain(right=tree.If(otherwise=tree.Node()) as right):
            message = "the last arrow is the else of this `if:`"
            hint = "group it if that is not meant: `/a → { if:… → /b } → /c`"
            yield _warning(message, right.span, path, hint)
        case tree.Chain(left=(tree.Fork() | tree.Sweep() | tree.Retry()) as left, right=right):
            name = _NAMES[type(left)]
            message = f"this runs behind the whole `{name}`, not in it"
            hint = f"group the arm if it belongs in there: `{name}… → {{ /a → /b }}`"
            yield _warning(message, right.span, path, hint)
        case _:
            pass


def _fork(fork: tree.Fork, source: Source) -> Iterator[Diagnostic]:
    for before, branch in zip(fork.branches, fork.branches[1:], strict=False):
        line, column = source.position(branch.span.start)
        if column == 1 and source.position(before.span.end)[0] < line:
            message = "this line is a branch of the `fork:` above"
            hint = "indent it; to put the whole fork in the background, group it: `{ fork:… } &`"
            yield _warning(message, branch.span, source.path, hint)


def _warning(message: str, span: Span, path: str, hint: str) -> Diagnostic:
    return Diagnostic("WF305", message, path, span, hint, Severity.WARNING)
