"""Options, counts, durations and the values of fields: WF106."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitwf.cron import fault_of_cron
from gitwf.diagnostics import Diagnostic, nearest
from gitwf.language import tree
from gitwf.language.check import form
from gitwf.language.check.elsewhere import TARGET_OPTIONS, kind_of
from gitwf.language.check.form import Form, literal
from gitwf.language.check.scene import Scene
from gitwf.language.expand import lone_expression
from gitwf.language.value import Number

_FAIL = {"fail": form.choice("fast", "end", "never")}

OPTIONS: Mapping[str, Mapping[str, Form]] = {
    "retry:": {
        "delay": form.DURATION,
        "backoff": form.FACTOR,
        "max": form.DURATION,
        "jitter": form.SHARE,
        "on": form.ERROR_KINDS,
    },
    "timeout:": {"grace": form.DURATION},
    "fork:": _FAIL,
    "sweep:": {**_FAIL, "max": form.COUNT, "strategy": form.choice("grid", "zip")},
    "barrier": {"timeout": form.DURATION},
    "droid:": {
        "merge": form.choice("none", "ff", "squash"),
        "timeout": form.DURATION,
        "turns": form.COUNT,
        "budget": form.AMOUNT,
        "check": form.COMMAND,
        "allow": form.TEXT,
    },
    "on:commit": {
        "branch": form.TEXT,
        "path": form.TEXT,
        "supersede": form.choice("finish", "cancel", "queue"),
    },
    "on:tag": {"tag": form.TEXT},
    "on:schedule": {"cron": form.CRON},
    "on:manual": {},
}
"""The options of each directive and trigger. Those of ``target:`` are the target's own: see
`TARGET_OPTIONS`."""

FIELDS: Mapping[str, Form] = {
    "timeout": form.DURATION,
    "effect": form.ENVIRONMENT,
    "uses": form.RESOURCE,
    "env": form.VARIABLE,
    "secrets": form.NAME,
}
"""The fields of a definition whose words all have one form."""

_SINGLE = frozenset({"timeout", "effect", "wdir"})
_DIRECTIVES: tuple[type[tree.Retry | tree.Timeout | tree.Fork | tree.Sweep | tree.Droid], ...] = (
    tree.Retry,
    tree.Timeout,
    tree.Fork,
    tree.Sweep,
    tree.Droid,
)


def check_options(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF106 for each count, duration, option or field value that is none."""
    path = scene.path
    for retry in scene.own(tree.Retry):
        yield from _count("retry:", retry.count, path, least=0)
    for fork in scene.own(tree.Fork):
        yield from _count("fork:", fork.count, path, least=1)
    for timeout in scene.own(tree.Timeout):
        yield from _value("timeout:", timeout.duration, form.DURATION, path)
    for what, options in _given(scene):
        yield from _options(what, options, path, OPTIONS.get(what))
    for trigger in scene.own(tree.Trigger):
        yield from _without_time(trigger, path)
    for sweep in scene.own(tree.Sweep):
        yield from _unlike_axes(sweep, path)
    for target in scene.own(tree.Target):
        kind = kind_of(target.target) or ""
        yield from _options("target:", target.options, path, TARGET_OPTIONS.get(kind))
    for where, definition in scene.definitions:
        for field in definition.fields:
            yield from _field(field, where)


def _given(scene: Scene) -> Iterator[tuple[str, tuple[tree.Option, ...]]]:
    """Yield the options of each directive and trigger, with its name in `OPTIONS`."""
    for kind in _DIRECTIVES:
        for directive in scene.own(kind):
            yield f"{kind.__name__.lower()}:", directive.options
    for barrier in scene.own(tree.Barrier):
        yield "barrier", barrier.options
    for trigger in scene.own(tree.Trigger):
        yield f"on:{trigger.event}", trigger.options


def _without_time(trigger: tree.Trigger, path: str) -> Iterator[Diagnostic]:
    if trigger.event == "schedule" and not trigger.options:
        message = "`on:schedule` has no `cron:`: it would never run"
        hint = 'write `on:schedule cron:"0 3 * * *"`: minute, hour, day, month, weekday, in UTC'
        yield Diagnostic("WF106", message, path, trigger.span, hint)


def _unlike_axes(sweep: tree.Sweep, path: str) -> Iterator[Diagnostic]:
    """Yield the first axis of a `strategy:zip` that has fewer or more values than the first, for certain."""
    zipped = any(o.key == "strategy" and literal(o.value) == "zip" for o in sweep.options)
    if not zipped or any(lone_expression(word) for axis in sweep.axes for word in axis.values):
        return
    for axis in sweep.axes[1:]:
        first = sweep.axes[0]
        if len(axis.values) != len(first.values):
            counts = f"`{first.name}` has {len(first.values)}, `{axis.name}` {len(axis.values)}"
            message = f"zipped axes have as many values each: {counts}"
            yield Diagnostic("WF106", message, path, axis.span)
            return


def _count(what: str, count: tree.Expression, path: str, least: int) -> Iterator[Diagnostic]:
    if not isinstance(count, tree.Constant):
        return
    value = count.value
    if not isinstance(value, Number) or not form.is_whole(value) or value.decimal < least:
        message = f"`{what}` takes a whole number from {least} up"
        yield Diagnostic("WF106", message, path, count.span)


def _options(
    what: str, options: Iterable[tree.Option], path: str, known: Mapping[str, Form] | None
) -> Iterator[Diagnostic]:
    if known is None:
        return
    seen: set[str] = set()
    for option in options:
        if option.key not in known:
            message = f"`{what}` has no option `{option.key}:`"
            yield Diagnostic("WF106", message, path, option.key_span, _hint(option.key, known))
        elif option.key in seen:
            message = f"option `{option.key}:` is there twice"
            yield Diagnostic("WF106", message, path, option.key_span)
        else:
            yield from _value(f"{option.key}:", option.value, known[option.key], path)
        seen.add(option.key)


def _hint(key: str, known: Iterable[str]) -> str:
    names = sorted(known)
    if close := nearest(key, names):
        return f"did you mean `{close}:`?"
    listed = ", ".join(f"`{name}:`" for name in names)
    return f"its options are {listed}" if listed else "it has none"


def _value(what: str, word: tree.Word, takes: Form, path: str) -> Iterator[Diagnostic]:
    text = literal(word)
    if text is not None and not takes.accepts(text):
        message = f"`{what}` takes {takes.name}, not `{text}`"
        hint = fault_of_cron(text) if takes is form.CRON else None
        yield Diagnostic("WF106", message, path, word.span, hint)


def _field(field: tree.DefinitionField, path: str) -> Iterator[Diagnostic]:
    if field.name == "retry":
        for count in field.words[:1]:
            yield from _value("retry", count, form.NATURAL, path)
        yield from _field_options(field, OPTIONS["retry:"], path)
    elif field.name == "target":
        kind = next(map(kind_of, field.words), None) or ""
        if (known := TARGET_OPTIONS.get(kind)) is not None:
            yield from _field_options(field, known, path)
    elif takes := FIELDS.get(field.name):
        for word in field.words:
            yield from _value(field.name, word, takes, path)
    if field.name in _SINGLE and len(field.words) > 1:
        message = f"`{field.name}` takes one value, not {len(field.words)}"
        yield Diagnostic("WF106", message, path, field.words[1].span)


def _field_options(
    field: tree.DefinitionField, known: Mapping[str, Form], path: str
) -> Iterator[Diagnostic]:
    """Check what stands behind the first word of ``retry → 3 delay:60``, which reads as the directive does."""
    for word in field.words[1:]:
        text = literal(word)
        key, colon, value = (text or "").partition(":")
        if text is None:
            continue
        if not colon or key not in known:
            message = f"`{field.name}` has no option `{key}:`"
            yield Diagnostic("WF106", message, path, word.span, _hint(key, known))
        elif not known[key].accepts(value):
            message = f"`{key}:` takes {known[key].name}, not `{value}`"
            yield Diagnostic("WF106", message, path, word.span)
