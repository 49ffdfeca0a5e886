"""Secrets where a value would be written down: WF502."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic
from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.check.scene import Scene
from gitwf.language.secret import is_secret


def check_secrets(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF502 for each expression that reads a secret from the environment."""
    for path, call in scene.all(tree.Call):
        match call:
            case tree.Call(function="env", arguments=(tree.Constant(value=str() as name), *_)):
                if is_secret(name, scene.surroundings.secrets):
                    message = f"`{name}` is a secret, and `env()` gives none"
                    hint = f"name it in `secrets`; the shell then reads `$${name}`"
                    yield Diagnostic("WF502", message, path, call.span, hint)
            case _:
                pass


def own_secrets(definition: tree.Definition) -> frozenset[str]:
    """Return the names in the ``secrets`` field of ``definition``."""
    field = definition.field("secrets")
    return frozenset(filter(None, map(literal, field.words))) if field else frozenset()


def as_value(name: tree.Name, path: str) -> Diagnostic:
    """Return the WF502 for a secret that stands where the value of a variable goes."""
    message = f"`${name.name}` is a secret, and no value"
    hint = f"name it in `secrets`; the shell of the run line then reads `$${name.name}`"
    return Diagnostic("WF502", message, path, name.span, hint)
