"""Definitions that are one and the same stage in every run, and `dvc.yaml` beside them: WF403."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.data.facts import FileFacts
from gitwf.diagnostics import Diagnostic, Severity
from gitwf.language import tree
from gitwf.language.document import from_yaml
from gitwf.language.program import Program
from gitwf.language.scope import ClosedScope, EvaluationError, UnsetError
from gitwf.language.value import Value
from gitwf.plan.stage import Stage


def disagreements(program: Program, facts: FileFacts) -> Iterator[Diagnostic]:
    """Yield a WF403 for each definition that is called and stands in `dvc.yaml` otherwise.

    A stage that is not there is written by the run; what runs is always the definition.

    Raises:
        DataError: if `dvc.yaml` cannot be read.
    """
    there = facts.stages()
    shared = program.definitions.keys() & there.keys()
    if not shared:
        return
    from gitwf.data.disagree import disagreement

    for name in sorted(shared.intersection(c.name for c in program.own(tree.Command))):
        defined = program.definitions[name]
        stage = static_stage(defined.definition, facts)
        reason = disagreement(there[name], stage) if stage else None
        if reason is not None:
            message = f"`dvc.yaml` disagrees with `/{name}`: {reason}"
            hint = "`git wf sync` writes the stage anew"
            span = defined.definition.name_span
            yield Diagnostic("WF403", message, defined.path, span, hint, Severity.WARNING)


def static_stage(definition: tree.Definition, facts: FileFacts) -> Stage | None:
    """Return the stage that ``definition`` is in every run, or None where only a run knows."""
    from gitwf.plan.invocation import invoke, is_static

    if not is_static(definition):
        return None
    try:
        return invoke(definition, {}, ClosedScope({}, FixedScope(facts))).stage
    except EvaluationError:
        return None


class FixedScope:
    """What expressions see before anything runs: the files of a commit, and no variables of a run."""

    def __init__(self, facts: FileFacts) -> None:
        self._facts = facts

    def variable(self, name: str) -> Value:
        """Return ``$params``, what `params.yaml` holds; no other variable is set yet."""
        text = self._facts.text("params.yaml") if name == "params" else None
        if text is None:
            raise UnsetError(name)
        try:
            return from_yaml(text)
        except ValueError:
            raise UnsetError(name) from None

    def exists(self, path: str) -> bool:
        """Return whether there is a file or folder at ``path``."""
        return self._facts.has(path)

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        content = self._facts.read(path)
        if content is None:
            raise FileNotFoundError(path)
        return content

    def environment(self, name: str) -> str | None:  # noqa: ARG002 - a scope has it
        """Return None: whose environment it will be is not known."""
        return None
