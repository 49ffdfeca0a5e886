"""Parameters in a Python file, as DVC reads them: assignments of literals; nothing is executed.

What counts is what counts in `dvc/utils/serialize/_py.py`: top-level assignments, those of classes
by the class's name, and those of `self.…` in their `__init__`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def parse(text: str) -> dict[str, object]:
    """Return the parameters in a Python file by name; what is no literal is passed over.

    A tuple is a list. Raises `ValueError`: ``text`` is no Python.
    """
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"{error.msg}, line {error.lineno}") from error
    return _block(module.body, of_self=False)


def _block(body: Sequence[ast.stmt], *, of_self: bool) -> dict[str, object]:
    found: dict[str, object] = {}
    for statement in body:
        match statement:
            case ast.Assign() | ast.AnnAssign():
                found.update(_assigned(statement, of_self=of_self))
            case ast.ClassDef(name=name):
                found[name] = _block(statement.body, of_self=False)
            case ast.FunctionDef(name="__init__"):
                found.update(_block(statement.body, of_self=True))
            case _:
                pass
    return found


def _assigned(
    statement: ast.Assign | ast.AnnAssign, *, of_self: bool
) -> Iterator[tuple[str, object]]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    name = _name(targets[0], of_self=of_self) if len(targets) == 1 else None
    if name is None or statement.value is None:
        return
    try:
        value = ast.literal_eval(statement.value)
    except (ValueError, TypeError):
        return
    yield name, _listed(value)


def _listed(value: object) -> object:
    """Return ``value`` with lists for its tuples: a lock file has no others."""
    if isinstance(value, (tuple, list)):
        return [_listed(item) for item in value]
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return value


def _name(target: ast.expr, *, of_self: bool) -> str | None:
    match target:
        case ast.Name(id=name) if not of_self:
            return name
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name
        case _:
            return None
