"""YAML as DVC reads it: YAML 1.2 scalars, no duplicate keys, at the speed of libyaml.

DVC reads with `ruamel.yaml`'s safe loader, whose rules of plain scalars (`ruamel/yaml/resolver.py`,
version 1.2) are repeated here for PyYAML's C parser, which is ten times faster: `yes` is a string,
`1e-05` a number, `010` ten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from functools import cache
from typing import TYPE_CHECKING

from gitwf.data.errors import BrokenFileError
from gitwf.language.value import parse_number

if TYPE_CHECKING:
    from yaml import SafeLoader
    from yaml.nodes import MappingNode, ScalarNode

_TAG = "tag:yaml.org,2002:"
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)$")
_FLOAT = re.compile(
    r"""(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+
    |[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)
_INT = re.compile(r"(?:[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$")
_MERGE = re.compile(r"<<$")
_NULL = re.compile(r"(?:~|null|Null|NULL|)$")
_TIMESTAMP = re.compile(
    r"""(?:[0-9]{4}-[0-9]{2}-[0-9]{2}
    |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?
     (?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$""",
    re.VERBOSE,
)
_VALUE = re.compile(r"=$")

_RESOLVERS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("bool", _BOOL, "tTfF"),
    ("float", _FLOAT, "-+0123456789."),
    ("int", _INT, "-+0123456789"),
    ("merge", _MERGE, "<"),
    ("null", _NULL, "~nN"),
    ("timestamp", _TIMESTAMP, "0123456789"),
    ("value", _VALUE, "="),
)

_BY_FIRST = {
    char: tuple(pattern for _, pattern, first in _RESOLVERS if char in first)
    for char in ("", *"".join(first for _, _, first in _RESOLVERS))
}


def loads(text: str, name: str, *, spelled: bool = False) -> object:
    """Return the value that ``text`` holds; empty text is None.

    With ``spelled`` numbers are those of the language, which keep their spelling, where JSON
    could spell them so.

    Raises `BrokenFileError`: ``text`` is no YAML; ``name`` is the file for the message.
    """
    import yaml

    try:
        return yaml.load(text, Loader=_loader(spelled=spelled))  # noqa: S506 - a subclass of the safe loader
    except UnicodeEncodeError as error:
        at = text.count("\n", 0, error.start) + 1
        message = f"`{name}` is not UTF-8, line {at}"
        raise BrokenFileError(message, "save it as UTF-8", at) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        reason, line = _reason(error)
        raise BrokenFileError(f"`{name}` is no valid YAML: {reason}", line=line) from error
    except RecursionError:
        raise BrokenFileError(f"`{name}` is no valid YAML: it is nested too deeply") from None
    except (LookupError, AttributeError) as error:
        reason = "a value is not of the kind that its tag says"
        raise BrokenFileError(f"`{name}` is no valid YAML: {reason}") from error


def is_string(text: str) -> bool:
    """Return whether ``text``, written plain, is read as a string and not as another scalar."""
    return not any(pattern.match(text) for pattern in _BY_FIRST.get(text[:1], ()))


def _reason(error: Exception) -> tuple[str, int | None]:
    """Return one line of what PyYAML says, and the line of the text where it says one."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    reason = problem.splitlines()[0]
    return (reason, None) if mark is None else (f"{reason}, line {mark.line + 1}", mark.line + 1)


@cache
def _loader(*, spelled: bool) -> type[SafeLoader]:
    """Return PyYAML's safe loader, in C where it has one, with the scalars of YAML 1.2."""
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: type[SafeLoader] = type("Yaml12Loader", (base,), {"yaml_implicit_resolvers": {}})
    for kind, pattern, first in _RESOLVERS:
        loader.add_implicit_resolver(f"{_TAG}{kind}", pattern, list(first))
    loader.add_implicit_resolver(f"{_TAG}null", _NULL, [""])
    for kind, construct in (("int", _construct_int), ("float", _construct_float)):
        loader.add_constructor(f"{_TAG}{kind}", _spelled(construct) if spelled else construct)
    loader.add_constructor(f"{_TAG}map", _construct_map)
    return loader


def _construct_int(loader: SafeLoader, node: ScalarNode) -> int:
    text = str(loader.construct_scalar(node)).replace("_", "").lower()
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 10)
    return sign * int(digits[2:] if base != 10 else digits, base)  # noqa: PLR2004


def _construct_float(loader: SafeLoader, node: ScalarNode) -> float:
    text = str(loader.construct_scalar(node)).replace("_", "").lower()
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


def _spelled(construct: Callable[[SafeLoader, ScalarNode], object]) -> Callable[..., object]:
    """Return a constructor of the language's numbers, and else of what ``construct`` makes."""

    def number(loader: SafeLoader, node: ScalarNode) -> object:
        return parse_number(str(loader.construct_scalar(node))) or construct(loader, node)

    return number


def _construct_map(loader: SafeLoader, node: MappingNode) -> dict[Hashable, object]:
    from yaml.constructor import ConstructorError

    _refuse_duplicates(node)
    loader.flatten_mapping(node)
    mapping: dict[Hashable, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            problem = "a key that is a list or a mapping"
            raise ConstructorError(None, None, problem, key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _refuse_duplicates(node: MappingNode) -> None:
    """Raise for a key that stands twice, as DVC does; one that overrides a merged one may."""
    from yaml.constructor import ConstructorError
    from yaml.nodes import ScalarNode

    seen: set[tuple[str, str]] = set()
    for key, _ in node.value:
        if isinstance(key, ScalarNode):
            if (key.tag, key.value) in seen:
                problem = f"key `{key.value}` stands twice"
                raise ConstructorError(None, None, problem, key.start_mark)
            seen.add((key.tag, key.value))
