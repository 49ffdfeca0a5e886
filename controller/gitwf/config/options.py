"""Options that a workflow writes behind a target, put over those of its table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args, get_origin

import msgspec

from gitwf.config.quantity import Duration, Size
from gitwf.config.settings import Target


class OptionError(ValueError):
    """An option is none, or its value not of its type."""


def with_options(table: Target, options: Mapping[str, str]) -> Target:
    """Return ``table`` with ``options`` in place of its own settings; a list has commas.

    Raises `OptionError`.
    """
    kinds = {field.name: field.type for field in msgspec.structs.fields(Target)}
    unknown = next((key for key in options if key not in kinds), None)
    if unknown is not None:
        raise OptionError(f"a target has no option `{unknown}:`")
    read = {key: _read(key, text, kinds[key]) for key, text in options.items()}
    return msgspec.structs.replace(table, **read)


def _read(key: str, text: str, kind: object) -> object:
    is_list = any(get_origin(each) is tuple for each in (kind, *get_args(kind)))
    try:
        return msgspec.convert(
            text.split(",") if is_list else text, kind, strict=False, dec_hook=_quantity
        )
    except (msgspec.ValidationError, ValueError):
        raise OptionError(f"`{key}:` of a target is not `{text}`") from None


def _quantity(kind: type, text: object) -> object:
    return kind.read(text) if issubclass(kind, (Duration, Size)) else text
