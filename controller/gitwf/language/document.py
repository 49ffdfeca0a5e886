"""Data files as values: JSON, YAML 1.2 and text, whose numbers keep their spelling."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from gitwf.language.scope import OperationError
from gitwf.language.value import MAX_SIZE, Value, from_data, from_json, parse_number

if TYPE_CHECKING:
    from ruamel.yaml.constructor import SafeConstructor
    from ruamel.yaml.nodes import ScalarNode


def read_document(path: str, content: bytes) -> Value:
    """Return the value of a file that an expression reads, by its suffix.

    Raises:
        OperationError: if it is too large, or not what its suffix says.
    """
    if len(content) > MAX_SIZE:
        raise OperationError(f"`{path}` is too large to read: more than {MAX_SIZE} bytes")
    try:
        return parse_document(path, content)
    except ValueError as error:
        raise OperationError(f"`{path}` cannot be read: {error}") from None


def parse_document(path: str, content: bytes) -> Value:
    """Return the value of a file by its suffix: `.json`, `.yaml` and `.yml`, else its text.

    A text is taken as ``$(cat file)`` takes it, without the newlines at its end.

    Raises:
        ValueError: if the content is not what the suffix says, or not UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    suffix = path.rpartition(".")[2].lower()
    if suffix == "json":
        return from_json(text)
    if suffix in {"yaml", "yml"}:
        return from_yaml(text)
    return text.rstrip("\n")


def from_yaml(text: str) -> Value:
    """Return the value of a YAML 1.2 text, read as DVC reads it.

    Raises:
        ValueError: if it is not YAML, or has what JSON has not.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _constructor()
    try:
        data: object = reader.load(text)
    except MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ValueError(f"{line}{error.problem or error.context}") from None
    except YAMLError as error:
        raise ValueError(str(error).splitlines()[0]) from None
    except (LookupError, TypeError, AttributeError):
        raise ValueError("a value is not of the kind that its tag says") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return from_data(data)


@cache
def _constructor() -> type[SafeConstructor]:
    """Return ruamel.yaml's safe constructor, whose numbers keep the spelling they have in JSON."""
    from ruamel.yaml.constructor import SafeConstructor

    class ValueConstructor(SafeConstructor):
        pass

    def numeral(constructor: SafeConstructor, node: ScalarNode) -> object:
        return parse_number(node.value) or plain[str(node.tag)](constructor, node)

    tags = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
    plain = {tag: SafeConstructor.yaml_constructors[tag] for tag in tags}
    for tag in tags:
        ValueConstructor.add_constructor(tag, numeral)
    return ValueConstructor
