"""Parameters that a program names, and the files that are to hold them: WF402 where they do not.

What a run writes before it reads it nobody knows beforehand, and so nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.data.errors import DataError, MissingParamError
from gitwf.data.facts import FileFacts
from gitwf.diagnostics import Diagnostic, Span
from gitwf.language import tree
from gitwf.language.check.paramreads import param_reads
from gitwf.language.check.params import literal_params
from gitwf.language.check.written import escaped, meets, written
from gitwf.language.paramword import DEFAULT
from gitwf.language.program import Defined, Program
from gitwf.plan.calls import OUT_FIELDS


def absent_params(program: Program, facts: FileFacts) -> Iterator[Diagnostic]:
    """Yield a WF402 for each parameter that a called definition or `$params` names and that is not there."""
    if not any("params" in source.text for source in program.sources.values()):
        return
    for name in sorted({command.name for command in program.own(tree.Command)}):
        if defined := program.definitions.get(name):
            yield from _declared(defined, program, facts)
    yield from _read(program, facts)


def _declared(defined: Defined, program: Program, facts: FileFacts) -> Iterator[Diagnostic]:
    """Yield what is wrong with the params of a definition. Only a stage reads their values."""
    is_stage = any(defined.definition.field(name) for name in OUT_FIELDS)
    for word, path, keys in literal_params(defined.definition):
        problem = facts.params_problem(path, keys)
        if problem is None or not (is_stage or isinstance(problem, MissingParamError)):
            continue
        if not _is_written(path, program, facts):
            yield _absent(problem, defined.path, word.span)


def _read(program: Program, facts: FileFacts) -> Iterator[Diagnostic]:
    """Yield what is wrong with the fields of `$params` that are read."""
    for read in param_reads(program):
        problem = _not_there(facts)
        if problem is None:
            asked = facts.params_problem(DEFAULT, (read.key,))
            problem = asked if isinstance(asked, MissingParamError) else None
        if problem is not None and not _is_written(DEFAULT, program, facts):
            yield _absent(problem, read.path, read.span)


def _not_there(facts: FileFacts) -> DataError | None:
    """Return why a run will not find the file that `$params` reads, or None."""
    if facts.has(DEFAULT):
        return None
    return DataError(f"nothing provides `{DEFAULT}`", "`$params` is what that file holds")


def _is_written(path: str, program: Program, facts: FileFacts) -> bool:
    """Return whether a run writes the file at ``path``, or DVC brings it."""
    brought = f"{path}.dvc"
    patterns = (*written(program), *map(escaped, facts.provided()))
    return facts.has(brought) or any(meets(pattern, path) for pattern in patterns)


def _absent(problem: DataError, path: str, span: Span) -> Diagnostic:
    return Diagnostic("WF402", problem.message, path, span, problem.hint)
