"""The OpenAPI document of RunPod's REST API v2: what requests and answers it allows.

`openapi.json` holds the parts that the emulator serves; its `x-origin` says where it is from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, cast

import msgspec
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012, SchemaRegistry

_URI = "urn:runpod"
_FORMATS = FormatChecker(formats=())
Json = dict[str, object]
Place = Literal["query", "header"]


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


class Operation(msgspec.Struct, frozen=True):
    """One method of one path; `pointer` is where it stands in the document."""

    id: str
    method: str
    path: str
    pointer: str
    definition: Json


class Document:
    """The document, ready to check against."""

    def __init__(self, definition: Json) -> None:
        """`definition` is the whole document."""
        self.definition = definition
        resource = DRAFT202012.create_resource(definition)
        self._registry: SchemaRegistry = Registry().with_resource(_URI, resource)
        self.operations = {operation.id: operation for operation in self._operations()}

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation for a request's path, and the parameters in the path."""
        for operation in self.operations.values():
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(operation.path))
            if operation.method == method and (found := re.fullmatch(pattern, path)):
                return operation, found.groupdict()
        return None

    def has_path(self, path: str) -> bool:
        """Whether any method is allowed there."""
        return any(self.find(method, path) for method in ("get", "put", "post", "patch", "delete"))

    def parameters(
        self, operation: Operation, place: Place, given: Mapping[str, str]
    ) -> tuple[Json, list[str]]:
        """The values of the parameters that the document knows, and what is wrong with them.

        What it does not know is ignored without a word, as RunPod does.
        """
        values: Json = {}
        errors: list[str] = []
        for pointer, parameter in self._parameters(operation):
            name = str(parameter["name"])
            if parameter["in"] != place or name not in given:
                continue
            schema = self._resolved(cast("Json", parameter["schema"]))
            values[name] = _read(given[name], self, schema)
            errors += self._errors(f"{pointer}/schema", values[name], f"{place}.{name}")
        return values, errors

    def body_errors(self, operation: Operation, body: object) -> list[str]:
        """What is wrong with the body of a request."""
        pointer = f"{operation.pointer}/requestBody/content/application~1json/schema"
        return self._errors(pointer, body)

    def takes_body(self, operation: Operation) -> bool:
        """Whether requests of this operation have a body."""
        return "requestBody" in operation.definition

    def answer_errors(
        self, operation: Operation, status: int, content_type: str | None, body: object
    ) -> list[str]:
        """What is wrong with an answer of ours."""
        responses = cast("Json", operation.definition["responses"])
        key = str(status) if str(status) in responses else "default"
        pointer = f"{operation.pointer}/responses/{key}"
        content = self._resolved(cast("Json", responses[key])).get("content")
        if content is None:
            return [] if content_type is None else [f"{status} has a body"]
        allowed = cast("Json", content)
        if content_type not in allowed:
            return [f"{status} is {content_type}, not {', '.join(allowed)}"]
        if content_type == "text/event-stream":
            return []
        reference = cast("Json", responses[key]).get("$ref")
        pointer = str(reference).removeprefix("#") if reference else pointer
        media = content_type.replace("/", "~1")
        return self._errors(f"{pointer}/content/{media}/schema", body)

    def _operations(self) -> Iterator[Operation]:
        for path, item in cast("dict[str, Json]", self.definition["paths"]).items():
            for method in item.keys() - {"parameters"}:
                definition = cast("Json", item[method])
                pointer = f"/paths/{path.replace('/', '~1')}/{method}"
                yield Operation(str(definition["operationId"]), method, path, pointer, definition)

    def _parameters(self, operation: Operation) -> Iterator[tuple[str, Json]]:
        given = cast("list[Json]", operation.definition.get("parameters", []))
        for number, parameter in enumerate(given):
            reference = parameter.get("$ref")
            pointer = (
                str(reference)[1:] if reference else f"{operation.pointer}/parameters/{number}"
            )
            yield pointer, self._resolved(parameter)

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            target: object = self.definition
            for step in str(node["$ref"]).removeprefix("#/").split("/"):
                target = cast("Json", target)[step.replace("~1", "/")]
            node = cast("Json", target)
        return node

    def _errors(self, pointer: str, value: object, root: str = "$") -> list[str]:
        validator = Draft202012Validator(
            {"$ref": f"{_URI}#{pointer}"}, registry=self._registry, format_checker=_FORMATS
        )
        told = (
            f"{root}{''.join(_step(step) for step in error.absolute_path)}: {text}"
            for error in validator.iter_errors(value)
            if (text := self._told(error))
        )
        return list(dict.fromkeys(told))

    def _told(self, error: ValidationError) -> str | None:
        """A violation in the words of RunPod's own validator."""
        given = cast("Json", error.instance)
        match error.validator:
            case "required":
                wanted = cast("list[str]", error.validator_value)
                missing = [name for name in wanted if name not in given]
                many = "properties" if len(missing) > 1 else "property"
                return f"missing {many} {_quoted(missing)}"
            case "additionalProperties" | "unevaluatedProperties":
                unknown = given.keys() - self._known(cast("Json", error.schema))
                return f"additional properties {_quoted(unknown)} not allowed" if unknown else None
            case _:
                return error.message

    def _known(self, schema: Json) -> set[str]:
        """The properties that a schema names, itself or through others."""
        schema = self._resolved(schema)
        known = set(cast("Json", schema.get("properties", {})))
        for part in cast("list[Json]", schema.get("allOf", [])):
            known |= self._known(part)
        return known


@cache
def load() -> Document:
    """Read `openapi.json`."""
    return Document(json.loads(Path(__file__).with_name("openapi.json").read_bytes()))


def _quoted(names: object) -> str:
    return ", ".join(f"'{name}'" for name in sorted(cast("set[str]", names)))


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def _read(text: str, document: Document, schema: Json) -> object:
    """A parameter's value; text that is none is left as it is, for the check to refuse."""
    match schema.get("type"):
        case "integer" if re.fullmatch(r"-?\d+", text):
            return int(text)
        case "boolean" if text in {"true", "false"}:
            return text == "true"
        case "array":
            items = document._resolved(cast("Json", schema["items"]))
            return [_read(item, document, items) for item in text.split(",")]
        case _:
            return text
