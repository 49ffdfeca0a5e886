"""The content of a stage's metric files, as values of the language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from gitwf.data import yaml12
from gitwf.data.errors import BrokenFileError, DataError
from gitwf.data.project import Project
from gitwf.language.value import Number, Value
from gitwf.plan.stage import OutKind, Stage


def metrics_of(project: Project, stage: Stage) -> dict[str, Value]:
    """Return what the metric files of ``stage`` hold, merged into one object in their order.

    A file that holds no object, such as a single number, stands under its path; a folder of
    metrics is passed over, as DVC does.

    Raises `BrokenFileError`: a file is not readable as what its suffix says.
    """
    merged: dict[str, Value] = {}
    for out in stage.outs:
        path = project.resolve(stage.wdir, out.path)
        if out.kind is OutKind.METRIC and path.is_file():
            content = _read(path, out.path)
            merged.update(content if isinstance(content, dict) else {out.path: content})
    return merged


def _read(path: Path, name: str) -> Value:
    try:
        return _parse(path.read_text(encoding="utf-8"), name)
    except UnicodeDecodeError as error:
        raise BrokenFileError(f"metric file `{name}` is no text") from error
    except DataError as error:
        raise BrokenFileError(f"metric file: {error.message}") from error
    except ValueError as error:
        raise BrokenFileError(f"metric file `{name}` is not readable: {error}") from error


def _parse(text: str, name: str) -> Value:
    suffix = Path(name).suffix.lower()
    if suffix == ".json":
        return _value(json.loads(text, parse_int=_number, parse_float=_number))
    if suffix == ".toml":
        import tomllib

        return _value(tomllib.loads(text, parse_float=_number))
    return _value(yaml12.loads(text, name, spelled=True))


def _number(spelling: str) -> Number:
    return Number(Decimal(spelling), spelling)


def _value(content: object) -> Value:
    """Return ``content`` as a value of the language; what has no place there becomes text."""
    if isinstance(content, Mapping):
        return {str(key): _value(item) for key, item in content.items()}
    if isinstance(content, list):
        return [_value(item) for item in content]
    if content is None or isinstance(content, (bool, Number)):
        return content
    if isinstance(content, (int, float)):
        return _finite(content)
    return str(content)


def _finite(number: float) -> Value:
    """Return a number; what JSON has no number for, such as NaN, becomes text."""
    decimal = Decimal(repr(number))
    return Number(decimal, repr(number)) if decimal.is_finite() else repr(number)
