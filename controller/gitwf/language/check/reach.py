"""What can never run: WF301; and cases that may pass in silence: WF303."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, Severity, Span
from gitwf.language import tree
from gitwf.language.check.scene import Scene


def check_reach(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a warning for each place that the run cannot come to, and each case without a `*`."""
    path = scene.path
    for case in scene.own(tree.Case):
        yield from _case(case, path)
    for choice in scene.own(tree.If):
        yield from _constant(choice, path)
    for block in scene.own(tree.Block):
        yield from _after_failure(block, path)


def _case(case: tree.Case, path: str) -> Iterator[Diagnostic]:
    seen: set[tuple[str, bool]] = set()
    everything = False
    for branch in case.branches:
        keys = {(pattern.text, pattern.literal) for pattern in branch.patterns}
        if everything or keys <= seen:
            reason = "after `*`" if everything else "of a pattern that stood before"
            message = f"this branch, {reason}, can never run"
            yield _warning("WF301", message, branch.span, path, "move it up, or delete it")
        seen |= keys
        everything = everything or ("*", False) in keys
    if case.branches and not everything:
        message = "this case does nothing where no pattern matches"
        hint = "say what then: `↳ * → /fail`"
        yield _warning("WF303", message, case.subject.span, path, hint)


def _constant(choice: tree.If, path: str) -> Iterator[Diagnostic]:
    match choice.condition:
        case tree.Constant(value=bool() as value):
            dead = choice.otherwise if value else choice.then
            if dead is not None:
                message = f"this can never run: the condition is always {str(value).lower()}"
                yield _warning("WF301", message, dead.span, path)
        case _:
            pass


def _after_failure(block: tree.Block, path: str) -> Iterator[Diagnostic]:
    """Yield a WF301 for the line behind one that ends in a bare `/fail`."""
    for line, following in zip(block.lines, block.lines[1:], strict=False):
        last = line.items[-1]
        match last.statement:
            case tree.Command(name="fail") if not last.background:
                if all(_is_declaration(item.statement) for item in following.items):
                    continue
                message = "this can never run: the line before it always fails"
                yield _warning("WF301", message, following.span, path)
            case _:
                pass


def _is_declaration(statement: tree.Statement) -> bool:
    return isinstance(statement, (tree.Handler, tree.Definition, tree.Trigger, tree.Use))


def _warning(code: str, message: str, span: Span, path: str, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, path, span, hint, Severity.WARNING)
