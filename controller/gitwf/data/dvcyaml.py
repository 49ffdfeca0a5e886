"""`dvc.yaml` to stages and back: read what a person wrote, put ours in, leave the rest as it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from gitwf.data import yaml12
from gitwf.data.errors import BrokenFileError
from gitwf.plan.stage import Out, OutKind, Stage

NAME = "dvc.yaml"

DEFAULT_PARAMS = "params.yaml"

_TEMPLATE = re.compile(r"(?<!\\)\$\{.*?\}", re.DOTALL)
_SECTIONS: Mapping[str, OutKind] = {
    "outs": OutKind.OUT,
    "metrics": OutKind.METRIC,
    "plots": OutKind.PLOT,
}
_REFUSED: Mapping[str, str] = {
    "foreach": "`foreach`",
    "matrix": "`matrix`",
    "vars": "`vars`",
    "frozen": "`frozen`",
    "always_changed": "`always_changed`",
}
_FIELDS = frozenset({"cmd", "wdir", "deps", "params", "outs", "metrics", "plots", "desc", "meta"})
_OUT_FLAGS = frozenset({"cache", "persist", "push", "desc", "type", "labels", "meta"})
_PLOT_FLAGS = frozenset({"template", "x", "y", "x_label", "y_label", "title", "header"})


class Refused(msgspec.Struct, frozen=True):
    """A stage that needs `dvc` itself, or is not as `dvc.yaml` has it; ``reason`` says why."""

    reason: str


class _RefusedError(Exception):
    """Carries a reason up to `read_stages`."""


@lru_cache(maxsize=4)
def read_stages(text: str) -> Mapping[str, Stage | Refused]:
    """Return the stages of a `dvc.yaml` by name, in the order of the file.

    Raises `BrokenFileError`: ``text`` is no `dvc.yaml` at all.
    """
    document = yaml12.loads(text, NAME)
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise BrokenFileError(f"`{NAME}` does not hold stages by name")
    stages = document.get("stages") or {}
    if not isinstance(stages, Mapping):
        raise BrokenFileError(f"`{NAME}` does not hold stages by name")
    return {str(name): _read(str(name), body) for name, body in stages.items()}


def body_of(stage: Stage) -> dict[str, object]:
    """Return what stands under the name of ``stage`` in `dvc.yaml`, keys in DVC's order.

    What DVC would take for its own templates is escaped.
    """
    cmd = stage.cmd if isinstance(stage.cmd, str) else list(stage.cmd)
    body: dict[str, object] = {
        "desc": stage.desc,
        "cmd": cmd,
        "wdir": None if stage.wdir == "." else stage.wdir,
        "deps": sorted(stage.deps),
        "params": list(_params_body(stage.params)),
        **{section: list(_outs_body(stage, kind)) for section, kind in _SECTIONS.items()},
    }
    return {key: _escaped(value) for key, value in body.items() if value}


def _read(name: str, body: object) -> Stage | Refused:
    try:
        return _stage(name, body)
    except _RefusedError as error:
        return Refused(str(error))


def _stage(name: str, body: object) -> Stage:
    if not isinstance(body, Mapping):
        raise _RefusedError("it has no fields")
    _refuse_fields(body)
    if any(_TEMPLATE.search(text) for text in _texts(body)):
        raise _RefusedError("it uses templates (`${…}`)")
    plain = _unescaped(body)
    if not isinstance(plain, Mapping):
        raise _RefusedError("it has no fields")
    desc = plain.get("desc")
    deps = _paths(plain.get("deps"), "deps")
    outs = tuple(out for section in _SECTIONS for out in _outs(plain.get(section), section))
    _refuse_twice([*deps, *(out.path for out in outs)])
    return Stage(
        name,
        _cmd(plain.get("cmd")),
        str(plain.get("wdir") or "."),
        deps,
        _params(plain.get("params")),
        outs,
        None if desc is None else str(desc),
    )


def _refuse_twice(paths: list[str]) -> None:
    seen: set[str] = set()
    for path in paths:
        plain = posixpath.normpath(path)
        if plain in seen:
            raise _RefusedError(f"it names `{path}` twice")
        seen.add(plain)


def _refuse_fields(body: Mapping[object, object]) -> None:
    for field in body:
        if field in _REFUSED and body[field] is not False:
            raise _RefusedError(f"it uses {_REFUSED[str(field)]}")
        if field not in _FIELDS and field not in _REFUSED:
            raise _RefusedError(f"it has an unknown field `{field}`")


def _cmd(cmd: object) -> str | tuple[str, ...]:
    if isinstance(cmd, str) and cmd:
        return cmd
    if isinstance(cmd, list) and cmd and all(isinstance(line, str) for line in cmd):
        return tuple(cmd)
    raise _RefusedError("its `cmd` is no text and no list of texts")


def _paths(paths: object, field: str) -> tuple[str, ...]:
    if paths is None:
        return ()
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise _RefusedError(f"its `{field}` are no list of paths")
    return tuple(paths)


def _params(entries: object) -> dict[str, tuple[str, ...] | None]:
    """Return the keys by file: see `_merge_params` in `dvc/dependency/__init__.py`."""
    params: dict[str, tuple[str, ...] | None] = {}
    for file, keys in _param_entries(entries):
        known = params.get(file, ())
        params[file] = None if known is None or not keys else (*known, *keys)
    return params


def _param_entries(entries: object) -> Iterator[tuple[str, list[str]]]:
    if entries is None:
        return
    if not isinstance(entries, list):
        raise _RefusedError("its `params` are no list")
    for entry in entries:
        if isinstance(entry, str):
            yield DEFAULT_PARAMS, [entry]
        elif isinstance(entry, Mapping):
            for file, keys in entry.items():
                yield str(file), list(_paths(keys, "params"))
        else:
            raise _RefusedError("its `params` are no keys and no files")


def _outs(entries: object, section: str) -> Iterator[Out]:
    if entries is None:
        return
    if not isinstance(entries, list):
        raise _RefusedError(f"its `{section}` are no list")
    for entry in entries:
        if isinstance(entry, str):
            yield Out(entry, _SECTIONS[section])
        elif isinstance(entry, Mapping):
            for path, flags in entry.items():
                yield _out(str(path), flags, section)
        else:
            raise _RefusedError(f"its `{section}` are no paths")


def _out(path: str, flags: object, section: str) -> Out:
    allowed = _OUT_FLAGS | (_PLOT_FLAGS if section == "plots" else frozenset())
    if not isinstance(flags, Mapping):
        raise _RefusedError(f"its out `{path}` has no settings by name")
    unknown = next((flag for flag in flags if flag not in allowed), None)
    if unknown is not None:
        raise _RefusedError(f"its out `{path}` has `{unknown}`")
    cache, persist = flags.get("cache", True), flags.get("persist", False)
    return Out(path, _SECTIONS[section], cache is not False, persist is True)


def _params_body(params: Mapping[str, Sequence[str] | None]) -> Iterator[object]:
    """Yield keys of `params.yaml` first, then the other files, as DVC sorts them."""
    default = params.get(DEFAULT_PARAMS, ())
    yield from sorted(default or ())
    for file in sorted(params):
        keys = params[file]
        if file != DEFAULT_PARAMS or not keys:
            yield {file: sorted(keys) if keys else None}


def _outs_body(stage: Stage, kind: OutKind) -> Iterator[object]:
    for out in sorted(stage.outs, key=lambda out: out.path):
        if out.kind is kind:
            flags = {
                **({} if out.cache else {"cache": False}),
                **({"persist": True} if out.persist else {}),
            }
            yield {out.path: flags} if flags else out.path


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _mapped(value: object, old: str, new: str) -> object:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, Mapping):
        return {_mapped(k, old, new): _mapped(v, old, new) for k, v in value.items()}
    if isinstance(value, list):
        return [_mapped(item, old, new) for item in value]
    return value


def _escaped(value: object) -> object:
    return _mapped(value, "${", "\\${")


def _unescaped(value: object) -> object:
    return _mapped(value, "\\${", "${")
