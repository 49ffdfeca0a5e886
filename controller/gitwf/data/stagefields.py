"""The fields of one stage of `dvc.yaml`, templates put in, to a stage."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from gitwf.plan.stage import Out, OutKind, Stage

DEFAULT_PARAMS = "params.yaml"

SECTIONS: Mapping[str, OutKind] = {
    "outs": OutKind.OUT,
    "metrics": OutKind.METRIC,
    "plots": OutKind.PLOT,
}
"""Where outs stand, and what they are there."""

_FIELDS = frozenset(
    {"cmd", "wdir", "deps", "params", *SECTIONS, "desc", "meta", "frozen", "always_changed"}
)
_OUT_FLAGS = frozenset({"cache", "persist", "push", "desc", "type", "labels", "meta"})
_PLOT_FLAGS = frozenset({"template", "x", "y", "x_label", "y_label", "title", "header"})


class RefusedError(Exception):
    """The fields are not as `dvc.yaml` has them, or need `dvc` itself; the message is a clause."""


def stage_of(name: str, body: object) -> Stage:
    """Return the stage with these fields. Raises `RefusedError`."""
    if not isinstance(body, Mapping):
        raise RefusedError("it has no fields")
    unknown = next((field for field in body if field not in _FIELDS), None)
    if unknown is not None:
        raise RefusedError(f"it has an unknown field `{unknown}`")
    desc = body.get("desc")
    deps = _paths(body.get("deps"), "deps")
    outs = tuple(out for section in SECTIONS for out in _outs(body.get(section), section))
    _refuse_external([*deps, *(out.path for out in outs)])
    _refuse_twice([*deps, *(out.path for out in outs)])
    return Stage(
        name,
        _cmd(body.get("cmd")),
        str(body.get("wdir") or "."),
        deps,
        _params(body.get("params")),
        outs,
        None if desc is None else str(desc),
        frozen=_flag(body, "frozen"),
        always_changed=_flag(body, "always_changed"),
    )


def _flag(body: Mapping[object, object], field: str) -> bool:
    value = body.get(field, False)
    if not isinstance(value, bool):
        raise RefusedError(f"its `{field}` is neither true nor false")
    return value


def _refuse_external(paths: list[str]) -> None:
    for path in paths:
        if "://" in path or path.startswith("/"):
            raise RefusedError(f"`{path}` is outside of the repository")


def _refuse_twice(paths: list[str]) -> None:
    seen: set[str] = set()
    for path in paths:
        plain = posixpath.normpath(path)
        if plain in seen:
            raise RefusedError(f"it names `{path}` twice")
        seen.add(plain)


def _cmd(cmd: object) -> str | tuple[str, ...]:
    if isinstance(cmd, str) and cmd:
        return cmd
    if isinstance(cmd, list) and cmd and all(isinstance(line, str) for line in cmd):
        return tuple(cmd)
    raise RefusedError("its `cmd` is no text and no list of texts")


def _paths(paths: object, field: str) -> tuple[str, ...]:
    if paths is None:
        return ()
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise RefusedError(f"its `{field}` are no list of paths")
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
        raise RefusedError("its `params` are no list")
    for entry in entries:
        if isinstance(entry, str):
            yield DEFAULT_PARAMS, [entry]
        elif isinstance(entry, Mapping):
            for file, keys in entry.items():
                yield str(file), list(_paths(keys, "params"))
        else:
            raise RefusedError("its `params` are no keys and no files")


def _outs(entries: object, section: str) -> Iterator[Out]:
    if entries is None:
        return
    if not isinstance(entries, list):
        raise RefusedError(f"its `{section}` are no list")
    for entry in entries:
        if isinstance(entry, str):
            yield Out(entry, SECTIONS[section])
        elif isinstance(entry, Mapping):
            for path, flags in entry.items():
                yield _out(str(path), flags, section)
        else:
            raise RefusedError(f"its `{section}` are no paths")


def _out(path: str, flags: object, section: str) -> Out:
    allowed = _OUT_FLAGS | (_PLOT_FLAGS if section == "plots" else frozenset())
    if not isinstance(flags, Mapping):
        raise RefusedError(f"its out `{path}` has no settings by name")
    unknown = next((flag for flag in flags if flag not in allowed), None)
    if unknown is not None:
        raise RefusedError(f"its out `{path}` has `{unknown}`")
    cache, persist = flags.get("cache", True), flags.get("persist", False)
    pushed = flags.get("push", True) is not False
    return Out(path, SECTIONS[section], cache is not False, persist is True, pushed)
