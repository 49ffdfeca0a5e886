"""Values of the language: JSON values, whose numbers are decimal and keep their spelling."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Context, Decimal, InvalidOperation

import msgspec

DIGITS = Context(prec=40)
"""All arithmetic is decimal, to 40 digits (`docs/language.md`, section 4)."""

MAX_DEPTH = 200
"""How deep lists and objects may nest: as deep as the parser lets expressions nest."""

MAX_SIZE = 16 * 2**20
"""How large a value may grow: its characters and items, shared ones counted each time."""


class Number(msgspec.Struct, frozen=True, eq=False):
    """A number: its value, and how it was written where it was written or read."""

    decimal: Decimal
    spelling: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.decimal == other.decimal

    def __ne__(self, other: object) -> bool:  # that of `Struct` compares identities
        return not self == other

    def __hash__(self) -> int:
        return hash(self.decimal)


Value = None | bool | Number | str | list["Value"] | dict[str, "Value"]

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_CONSTANTS: dict[str, Value] = {"null": None, "true": True, "false": False}
_PLAIN = range(-7, 21)


def parse_number(text: str) -> Number | None:
    """Return the number that ``text`` spells in JSON's grammar (RFC 8259, section 6), or None.

    An exponent beyond those of `DIGITS` (six digits) is no number.
    """
    if not _NUMBER.fullmatch(text):
        return None
    try:
        decimal = Decimal(text)
    except InvalidOperation:
        return None
    if decimal and not DIGITS.Emin <= decimal.adjusted() <= DIGITS.Emax:
        return None
    return Number(decimal, text)


def number(value: Decimal | int) -> Number:
    """Return a computed number, in its shortest spelling: `0.3`, `120`, `1e-9`.

    The plain form is taken where ECMAScript takes it (ECMA-262, `Number::toString`).

    Raises:
        ValueError: if ``value`` is infinite or not a number.
    """
    decimal = Decimal(value)
    if not decimal.is_finite():
        raise ValueError(f"`{decimal}` is not a number")
    if not decimal:
        return Number(Decimal(0), "0")
    if decimal.adjusted() in _PLAIN:
        text = format(decimal, "f")
        return Number(decimal, text.rstrip("0").rstrip(".") if "." in text else text)
    sign, digits, _ = decimal.as_tuple()
    figures = "".join(map(str, digits)).rstrip("0")
    mantissa = f"{figures[0]}.{figures[1:]}".rstrip(".")
    return Number(decimal, f"{'-' * sign}{mantissa}e{decimal.adjusted()}")


def word_value(text: str, *, quoted: bool) -> Value:
    """Return the value of a word: a number, true, false or null where it spells one, else a string."""
    if quoted:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return parse_number(text) or text


def type_name(value: Value) -> str:
    """Return the name of the type of ``value`` for messages."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case Number():
            return "number"
        case str():
            return "string"
        case list():
            return "list"
        case dict():
            return "object"


def to_text(value: Value) -> str:
    """Return what stands in a text for ``value`` (`docs/language.md`, section 4)."""
    match value:
        case None:
            return ""
        case str():
            return value
        case list():
            return " ".join(map(to_text, value))
        case bool() | Number() | dict():
            return to_json(value)


def to_json(value: Value) -> str:
    """Return ``value`` as compact JSON, each number as it is spelled."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Number():
            return value.spelling
        case str():
            from json.encoder import encode_basestring

            return encode_basestring(value)
        case list():
            return f"[{','.join(map(to_json, value))}]"
        case dict():
            items = (f"{to_json(key)}:{to_json(item)}" for key, item in value.items())
            return f"{{{','.join(items)}}}"


def from_json(text: str) -> Value:
    """Return the value of a JSON text. Of keys that stand twice the last one counts.

    Raises:
        ValueError: if it is not JSON (`NaN` and `Infinity` are not), or larger or deeper nested
            than a value may be.
    """
    import json

    try:
        value: Value = json.loads(
            text, parse_int=_numeral, parse_float=_numeral, parse_constant=_refuse_constant
        )
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    check_size(value)
    if "\\u" in text and not _is_text(value):
        raise ValueError("a string holds half of a surrogate pair, which no text has")
    return value


def from_data(data: object) -> Value:
    """Return the value of what a loader of YAML, TOML or JSON has made.

    Dates and times become strings as ISO 8601 has them, keys become texts. A `Number` stays.

    Raises:
        ValueError: if JSON has nothing of that kind (bytes, sets, `.inf`), or it is larger or
            deeper nested than a value may be.
    """
    try:
        check_size(data)
        return _from_data(data)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def check_size(data: object) -> None:
    """Check that a value stays within `MAX_SIZE` and `MAX_DEPTH`.

    Values share their parts, so a short file could otherwise make one that no memory holds once
    it is written down (`$a = [$a, $a]` again and again).

    Raises:
        ValueError: if it does not.
    """
    level = [data]
    size = depth = 0
    while level:
        below: list[object] = []
        for item in level:
            children = _children(item)
            size += len(item) if isinstance(item, str) else 1 + len(children)
            if size > MAX_SIZE:
                raise ValueError(f"the value is too large: more than {MAX_SIZE} characters")
            below += children
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(_TOO_DEEP)
        level = below


_TOO_DEEP = f"the value is nested too deeply: more than {MAX_DEPTH} levels"


def _is_text(value: Value) -> bool:
    try:
        to_json(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def _children(data: object) -> list[object]:
    if isinstance(data, dict):
        return [*data.keys(), *data.values()]
    return list(data) if isinstance(data, list | tuple) else []


def _from_data(data: object) -> Value:
    match data:
        case None | bool() | Number():
            return data
        case str():
            return str(data)
        case int() | float() | Decimal():
            return _from_numeric(data)
        case datetime() | date() | time():
            return data.isoformat()
        case dict():
            return {_key(key): _from_data(item) for key, item in data.items()}
        case list() | tuple():
            return [_from_data(item) for item in data]
        case _:
            raise ValueError(f"JSON has no `{type(data).__name__}`")


def _key(key: object) -> str:
    value = _from_data(key)
    return "null" if value is None else to_text(value)


def _from_numeric(data: float | Decimal) -> Number:
    spelling = str(int(data)) if isinstance(data, int) else str(data + 0)
    return _numeral(spelling)


def _numeral(text: str) -> Number:
    found = parse_number(text)
    if found is None:
        raise ValueError(f"`{text}` is not a number of JSON")
    return found


def _refuse_constant(name: str) -> Value:
    raise ValueError(f"`{name}` is not JSON")
