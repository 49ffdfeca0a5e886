"""A definition with its arguments: the command, or the DVC stage, that it is this time."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping

import msgspec

from gitwf.duration import parse_duration
from gitwf.language import tree
from gitwf.language.check.options import OPTIONS
from gitwf.language.expand import arguments
from gitwf.language.paramword import split_param
from gitwf.language.runline import parse_run_line, render
from gitwf.language.scope import EvaluationError, Scope
from gitwf.language.value import Value, to_text
from gitwf.plan.place import Choice
from gitwf.plan.retry import Policy, policy_of
from gitwf.plan.stage import Out, OutKind, Stage

SHELL = "/bin/sh"
RETRY = OPTIONS["retry:"]
"""The forms of what stands behind the count of the field ``retry``, as behind that of `retry:`."""

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
    ``shell`` is the stage's ``cmd``. ``timeout`` is in seconds, ``retry`` when it is tried
    again. ``environment`` of a stage is part of its ``cmd``, and empty here. ``target`` is where it
    runs, None where the definition does not say; ``deps`` are relative to ``wdir``. ``parameters`` are the
    values that were put in.
    """

    name: str
    shell: str
    wdir: str = "."
    stage: Stage | None = None
    environment: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()
    effect: str | None = None
    uses: Mapping[str, float] = {}
    timeout: float | None = None
    retry: Policy = Policy()
    target: Choice | None = None
    deps: tuple[str, ...] = ()
    parameters: Mapping[str, Value] = {}


def invoke(definition: tree.Definition, values: Mapping[str, Value], scope: Scope) -> Invocation:
    """Return what ``definition`` is with the arguments ``values``.

    ``scope`` is a `gitwf.language.scope.ClosedScope` over the same values.

    Raises:
        EvaluationError: if an expression of a field fails, or a value cannot be put into a shell.
    """
    texts = {f.name: [a.text for a in arguments(f.words, scope)] for f in definition.fields}
    run = definition.field("run")
    shell = ""
    if run and run.text:
        shell = render(parse_run_line(run.text.text, run.text.span.start, ""), scope)
    environment = dict(_pair(text) for text in texts.get("env", ()))
    wdir = _first(texts, "wdir") or "."
    outs = tuple(_outs(texts))
    deps = tuple(texts.get("deps", ()))
    stage = None
    if outs:
        shell, environment = _with_environment(shell, environment), {}
        stage = Stage(
            name=stage_name(definition, values, shell),
            cmd=shell,
            wdir=wdir,
            deps=deps,
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
        uses=dict(_use(text) for text in texts.get("uses", ())),
        timeout=_timeout(definition, texts),
        retry=_retry(definition, texts),
        target=Choice.of(texts.get("target", ())),
        deps=deps,
        parameters=values,
    )


def stage_name(definition: tree.Definition, values: Mapping[str, Value], cmd: str) -> str:
    """Return the name of the stage in `dvc.yaml` (`docs/records.md`, section 2).

    The definition's own where it has no parameters; else with their values, made unique by six
    hexadecimal digits of the command. DVC gives ``@`` and ``.`` meanings of their own.
    """
    if not definition.parameters:
        return definition.name
    words = [definition.name, *map(to_text, values.values())]
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", "-".join(words)).strip("-")[:60]
    return f"{plain}-{hashlib.sha256(cmd.encode()).hexdigest()[:6]}"


def is_static(definition: tree.Definition) -> bool:
    """Return whether ``definition`` is one and the same DVC stage in every run."""
    return not definition.parameters and any(definition.field(name) for name in _OUT_FIELDS)


def _use(text: str) -> tuple[str, float]:
    name, _, amount = text.partition(":")
    return name, float(amount)


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


def _timeout(definition: tree.Definition, texts: Mapping[str, list[str]]) -> float | None:
    """Return the seconds of the field ``timeout``, which may hold values."""
    text = _first(texts, "timeout")
    seconds = parse_duration(text) if text is not None else None
    if text is not None and seconds is None:
        raise _bad_field(definition, "timeout", f"`{text}`, no duration")
    return seconds


def _retry(definition: tree.Definition, texts: Mapping[str, list[str]]) -> Policy:
    """Return what ``retry → 3 delay:60s`` says."""
    text = _first(texts, "retry")
    if text is not None and not (text.isascii() and text.isdecimal()):
        raise _bad_field(definition, "retry", f"`{text}`, no count")
    options: dict[str, str] = {}
    for word in texts.get("retry", ())[1:]:
        key, _, value = word.partition(":")
        if key not in RETRY or not RETRY[key].accepts(value):
            raise _bad_field(definition, "retry", f"`{word}`, no option")
        options[key] = value
    return policy_of(int(text or 0), options)


def _bad_field(definition: tree.Definition, name: str, what: str) -> EvaluationError:
    field = definition.field(name)
    span = field.span if field else definition.span
    return EvaluationError(f"the {name} of `/{definition.name}` is {what}", span)


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _first(texts: Mapping[str, list[str]], name: str) -> str | None:
    return next(iter(texts.get(name, ())), None)


def _description(definition: tree.Definition) -> str | None:
    field = definition.field("desc")
    return field.text.text if field and field.text else None
