"""Values of parameters, as DVC reads them: by file and dotted key, from YAML, TOML, JSON or Python.

What a key reaches is what `dpath.get` reaches in `dvc/dependency/param.py`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from gitwf.data import yaml12
from gitwf.data.errors import DataError, MissingParamError, ParamError, UnsupportedError
from gitwf.diagnostics import nearest
from gitwf.language.value import check_size

_GLOB = frozenset("*?[")
_MANY = 2_000
"""More keys than these are not looked at for the nearest one."""
_SHOWN = 5


def read_params(path: Path, name: str, keys: Sequence[str] | None) -> dict[str, object]:
    """Return the values of ``keys`` in the file at ``path``; None is all of its top level.

    ``name`` is the file as the stage writes it, for messages.

    Raises `ParamError`: the file or a key is not there, or it holds what a lock file cannot.
    `UnsupportedError`: a key is a pattern.
    """
    return _values(read_file(path, name), name, keys)


def params_in(text: str, name: str, keys: Sequence[str] | None) -> dict[str, object]:
    """Return the values of ``keys`` in the ``text`` of the parameter file ``name``.

    Raises as `read_params`.
    """
    return _values(document_in(text, name), name, keys)


@lru_cache(maxsize=8)
def document_in(text: str, name: str) -> object:
    """Return what the ``text`` of the parameter file ``name`` holds, for nobody to change: many ask for it.

    Raises `ParamError`: it is not readable.
    """
    return _parse(text, Path(name).suffix.lower(), name) or {}


def _values(document: object, name: str, keys: Sequence[str] | None) -> dict[str, object]:
    if not isinstance(document, Mapping):
        raise ParamError(f"`{name}` does not hold parameters by name")
    if not keys:
        values = {str(key): value for key, value in document.items()}
    else:
        values = _reach(document, keys, name)
    for key, value in values.items():
        _refuse_unstorable(value, f"{name}: {key}")
    return values


def read_file(path: Path, name: str) -> object:
    """Return what a file of parameters holds; an empty one holds none.

    Raises `ParamError`: it is not there, or not readable.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ParamError(f"`{name}` does not exist", "a stage reads parameters from it") from None
    except (IsADirectoryError, UnicodeDecodeError) as error:
        raise ParamError(f"`{name}` is no text file") from error
    return _parse(text, path.suffix.lower(), name) or {}


def _parse(text: str, suffix: str, name: str) -> object:
    """Return what ``text`` holds. A few lines of YAML can make more of themselves than anybody could read."""
    try:
        document = _read(text, suffix, name)
        check_size(document)
    except RecursionError:
        raise ParamError(f"`{name}` is not readable: it is nested too deeply") from None
    except ValueError as error:
        raise ParamError(f"`{name}` is not readable: {error}") from error
    except DataError as error:
        raise ParamError(error.message) from error
    return document


def _read(text: str, suffix: str, name: str) -> object:
    """Return what ``text`` holds; whatever the reader of its format raises comes through."""
    if suffix == ".json":
        return json.loads(text)
    if suffix == ".toml":
        import tomllib

        return tomllib.loads(text)
    if suffix == ".py":
        from gitwf.data import pyparams

        return pyparams.parse(text)
    return yaml12.loads(text, name)


def _reach(document: Mapping[object, object], keys: Sequence[str], name: str) -> dict[str, object]:
    values: dict[str, object] = {}
    missing: list[str] = []
    for key in keys:
        if _GLOB & set(key):
            raise UnsupportedError(f"`{name}`: the key `{key}` is a pattern", "name the keys")
        try:
            values[key] = _get(document, key.lstrip(".").split("."))
        except KeyError:
            missing.append(f"`{key}`")
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        hint = _like(missing[0].strip("`"), document)
        raise MissingParamError(f"{', '.join(missing)} {verb} not in `{name}`", hint)
    return values


def _like(key: str, document: Mapping[object, object]) -> str | None:
    """Return which key was probably meant, or some of those that there are."""
    known = list(islice(_dotted(document), _MANY))
    if close := nearest(key, known):
        return f"did you mean `{close}`?"
    top = [str(name) for name in document]
    more = ", …" if len(top) > _SHOWN else ""
    return f"it has {', '.join(f'`{name}`' for name in top[:_SHOWN])}{more}" if top else None


def _dotted(document: Mapping[object, object]) -> Iterator[str]:
    """Yield the keys of ``document``, then those within, however deep."""
    waiting = deque([("", document)])
    while waiting:
        before, found = waiting.popleft()
        for name, value in found.items():
            yield f"{before}{name}"
            if isinstance(value, Mapping):
                waiting.append((f"{before}{name}.", value))


def _get(value: object, path: Sequence[str]) -> object:
    """Return what ``path`` reaches in ``value``. Raises KeyError where it reaches nothing."""
    for segment in path:
        if isinstance(value, Mapping):
            by_text = {str(key): item for key, item in value.items()}
            value = by_text[segment]
        elif isinstance(value, list) and segment.isdecimal() and int(segment) < len(value):
            value = value[int(segment)]
        else:
            raise KeyError(segment)
    return value


def _refuse_unstorable(value: object, where: str) -> None:
    """Raise for a value that DVC's own key cannot be made of."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_unstorable(key, where)
            _refuse_unstorable(item, where)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item, where)
    elif isinstance(value, (dt.date, dt.time, bytes, set)):
        raise ParamError(f"`{where}` is a date, time, set or bytes", "write it in quotes")
