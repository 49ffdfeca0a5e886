"""A definition with its arguments: the command, or the DVC stage, that it is this time."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping

import msgspec

from gitwf.duration import parse_duration
from gitwf.language import tree
from gitwf.language.expand import text_of
from gitwf.language.runline import parse_run_line, render
from gitwf.language.scope import Scope, UnsetError
from gitwf.language.value import Value, to_text
from gitwf.plan.key import split_param
from gitwf.plan.stage import Out, OutKind, Stage

SHELL = "/bin/sh"

_OUT_FIELDS = {
    "outs": (OutKind.OUT, True, False),
    "outs_no_cache": (OutKind.OUT, False, False),
    "outs_persist": (OutKind.OUT, True, True),
    "metrics": (OutKind.METRIC, True, False),
    "metrics_no_cache": (OutKind.METRIC, False, False),
    "plots": (OutKind.PLOT, True, False),
}


class Invocation(msgspec.Struct, frozen=True):
    """A call of a definition with all values put in.

    ``stage`` is there if the command has outs or metrics: it then runs as that DVC stage, and
    ``shell`` is the stage's ``cmd``. ``timeout`` is in seconds, ``retry`` the number of further
    attempts. ``environment`` of a stage is part of its ``cmd``, and empty here.
    """

    name: str
    shell: str
    wdir: str = "."
    stage: Stage | None = None
    environment: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()
    effect: str | None = None
    timeout: float | None = None
    retry: int = 0


class ClosedScope:
    """What a definition sees: its parameters and the built-in variables, nothing else."""

    def __init__(self, values: Mapping[str, Value], outer: Scope, builtin: frozenset[str]) -> None:
        self._values = values
        self._outer = outer
        self._builtin = builtin

    def variable(self, name: str) -> Value:
        """Return a parameter, or else a built-in variable."""
        if name in self._values:
            return self._values[name]
        if name in self._builtin:
            return self._outer.variable(name)
        raise UnsetError(name)

    def exists(self, path: str) -> bool:
        """Return whether ``path`` is in the workspace."""
        return self._outer.exists(path)

    def read(self, path: str) -> bytes:
        """Return the content of a file of the workspace."""
        return self._outer.read(path)

    def environment(self, name: str) -> str | None:
        """Return a variable of the controller's environment."""
        return self._outer.environment(name)


def invoke(definition: tree.Definition, values: Mapping[str, Value], scope: Scope) -> Invocation:
    """Return what ``definition`` is with the arguments ``values``.

    ``scope`` is a `ClosedScope` over the same values.

    Raises:
        EvaluationError: if an expression of a field fails, or a value cannot be put into a shell.
    """
    texts = {f.name: [text_of(w, scope) for w in f.words] for f in definition.fields}
    run = definition.field("run")
    shell = ""
    if run and run.text:
        shell = render(parse_run_line(run.text.text, run.text.span.start, ""), scope)
    environment = dict(_pair(text) for text in texts.get("env", ()))
    wdir = _first(texts, "wdir") or "."
    timeout = _first(texts, "timeout")
    outs = tuple(_outs(texts))
    stage = None
    if outs:
        shell, environment = _with_environment(shell, environment), {}
        stage = Stage(
            name=stage_name(definition, values, shell),
            cmd=shell,
            wdir=wdir,
            deps=tuple(texts.get("deps", ())),
            params=_params(texts.get("params", ())),
            outs=outs,
            desc=_description(definition),
        )
    return Invocation(
        name=definition.name,
        shell=shell,
        wdir=wdir,
        stage=stage,
        environment=environment,
        secrets=tuple(texts.get("secrets", ())),
        effect=_first(texts, "effect"),
        timeout=parse_duration(timeout) if timeout else None,
        retry=int(_first(texts, "retry") or 0),
    )


def stage_name(definition: tree.Definition, values: Mapping[str, Value], cmd: str) -> str:
    """Return the name of the stage in `dvc.yaml` (`docs/records.md`, section 2).

    The definition's own where it has no parameters; else with their values, made unique by six
    hexadecimal digits of the command. DVC gives ``@`` and ``.`` meanings of their own.
    """
    if not definition.parameters:
        return definition.name
    words = [definition.name, *(to_text(values[p.name]) for p in definition.parameters)]
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", "-".join(words)).strip("-")[:60]
    return f"{plain}-{hashlib.sha256(cmd.encode()).hexdigest()[:6]}"


def is_static(definition: tree.Definition) -> bool:
    """Return whether ``definition`` is one and the same DVC stage in every run."""
    return not definition.parameters and any(definition.field(name) for name in _OUT_FIELDS)


def _outs(texts: Mapping[str, list[str]]) -> Iterator[Out]:
    for name, (kind, cache, persist) in _OUT_FIELDS.items():
        for path in texts.get(name, ()):
            yield Out(path, kind, cache, persist)


def _params(words: list[str] | tuple[str, ...]) -> dict[str, tuple[str, ...] | None]:
    params: dict[str, tuple[str, ...] | None] = {}
    for word in words:
        file, keys = split_param(word)
        known = params.get(file, ())
        params[file] = None if keys is None or known is None else (*known, *keys)
    return params


def _with_environment(shell: str, environment: Mapping[str, str]) -> str:
    """Return ``shell`` so that what decides its outcome is in its text, and so in its key."""
    if not environment:
        return shell
    pairs = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
    return f"env {pairs} {SHELL} -c {shlex.quote(shell)}"


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _first(texts: Mapping[str, list[str]], name: str) -> str | None:
    return next(iter(texts.get(name, ())), None)


def _description(definition: tree.Definition) -> str | None:
    field = definition.field("desc")
    return field.text.text if field and field.text else None
