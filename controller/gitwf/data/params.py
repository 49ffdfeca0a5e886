"""Values of parameters, as DVC reads them: by file and dotted key, from YAML, TOML, JSON or Python.

What a key reaches is what `dpath.get` reaches in `dvc/dependency/param.py`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitwf.data import yaml12
from gitwf.data.errors import DataError, ParamError, UnsupportedError
from gitwf.language.value import check_size

_GLOB = frozenset("*?[")


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
    return _values(_parse(text, Path(name).suffix.lower(), name) or {}, name, keys)


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
        raise ParamError(f"{', '.join(missing)} {verb} not in `{name}`")
    return values


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
