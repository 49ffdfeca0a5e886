"""Requests and answers are held to RunPod's own document."""

from __future__ import annotations

import pytest
from tests.emulator import dialect, document
from tests.emulator.api.routes import HANDLERS, STREAMED
from tests.emulator.document import Json

POD: Json = {"name": "wf", "image": "runpod/pytorch", "gpu": {"id": "A40", "count": 1}}


def test_each_operation_of_the_document_is_answered() -> None:
    assert document.load().operations.keys() == HANDLERS.keys() | {STREAMED}


BODIES: dict[str, tuple[Json, list[str]]] = {
    "all well": (POD, []),
    "a template in place of an image": ({"name": "wf", "templateId": "t"}, []),
    "nothing": ({}, ["$: missing property 'name'", "$: missing property 'image'"]),
    "an unknown field": (
        POD | {"interruptible": True},
        ["$: additional properties 'interruptible' not allowed"],
    ),
    "unknown fields": (
        POD | {"gpuTypeIds": [], "cloudType": "ALL"},
        ["$: additional properties 'cloudType', 'gpuTypeIds' not allowed"],
    ),
    "an unknown field within": (
        POD | {"gpu": {"id": "A40", "type": "x"}},
        ["$.gpu: additional properties 'type' not allowed"],
    ),
    "no GPU at all": (
        POD | {"gpu": {"id": "A40", "count": 0}},
        ["$.gpu.count: 0 is less than the minimum of 1"],
    ),
    "an empty name": (POD | {"name": ""}, ["$.name: '' should be non-empty"]),
    "a number in env": (POD | {"env": {"N": 1}}, ["$.env.N: 1 is not of type 'string'"]),
    "cloud ALL": (POD | {"cloud": "ALL"}, ["$.cloud: 'ALL' is not one of ['SECURE', 'COMMUNITY']"]),
    "half a mount": (
        POD | {"mounts": {"network": [{"volumeId": "v"}]}},
        ["$.mounts.network[0]: missing property 'path'"],
    ),
    "two network volumes": (
        POD | {"mounts": {"network": [{"volumeId": "v", "path": "/v"}] * 2}},
        [
            "$.mounts.network: [{'volumeId': 'v', 'path': '/v'}, {'volumeId': 'v', 'path': '/v'}] is too long"
        ],
    ),
    "a small volume": (
        POD | {"mounts": {"persistent": {"size": 9, "path": "/workspace"}}},
        ["$.mounts.persistent.size: 9 is less than the minimum of 10"],
    ),
    "what only the live service takes": (
        POD | {"cmd": ["true"]},
        ["$: additional properties 'cmd' not allowed"],
    ),
}


@pytest.mark.parametrize(("body", "errors"), BODIES.values(), ids=BODIES)
def test_bodies(body: Json, errors: list[str]) -> None:
    published = document.load()
    assert published.body_errors(published.operations["createPod"], body) == errors


def test_the_live_service_takes_newer_fields() -> None:
    live = dialect.load("live")
    body = POD | {"gpu": {"id": "A40", "count": 1, "minRamPerGpu": 8}, "cmd": ["true"]}
    assert live.body_errors(live.operations["createPod"], body) == []


QUERIES: dict[str, tuple[dict[str, str], Json, list[str]]] = {
    "nothing": ({}, {}, []),
    "unknown: ignored without a word": ({"gpuType": "A40"}, {}, []),
    "lists and numbers": (
        {"include": "AVAILABILITY", "product": "POD,SERVERLESS", "count": "2"},
        {"include": ["AVAILABILITY"], "product": ["POD", "SERVERLESS"], "count": 2},
        [],
    ),
    "not a number": (
        {"count": "two"},
        {"count": "two"},
        ["query.count: 'two' is not of type 'integer'"],
    ),
    "lower case": (
        {"countryCodes": "FR,de"},
        {"countryCodes": ["FR", "de"]},
        ["query.countryCodes[1]: 'de' does not match '^[A-Z]{2}$'"],
    ),
}


@pytest.mark.parametrize(("query", "values", "errors"), QUERIES.values(), ids=QUERIES)
def test_queries(query: dict[str, str], values: Json, errors: list[str]) -> None:
    published = document.load()
    operation = published.operations["listGpuTypes"]
    assert published.parameters(operation, "query", query) == (values, errors)


ANSWERS: dict[str, tuple[str, int, str | None, object, list[str]]] = {
    "a list": ("listPods", 200, "application/json", {"pods": []}, []),
    "no list": ("listPods", 200, "application/json", [], ["$: [] is not of type 'object'"]),
    "not JSON": (
        "listPods",
        200,
        "text/html",
        "",
        ["200 is text/html, not application/json"],
    ),
    "a refusal that the document names": (
        "createPod",
        400,
        "application/problem+json",
        {"title": "Bad Request", "status": 400},
        ["$: missing property 'detail'"],
    ),
    "a refusal that it does not name": (
        "createPod",
        402,
        "application/problem+json",
        {"title": "Payment Required", "status": 402, "detail": "insufficient balance"},
        [],
    ),
    "deleted": ("deletePod", 204, None, None, []),
    "deleted, with a body": ("deletePod", 204, "application/json", {}, ["204 has a body"]),
}


@pytest.mark.parametrize(
    ("operation", "status", "kind", "body", "errors"), ANSWERS.values(), ids=ANSWERS
)
def test_answers(
    operation: str, status: int, kind: str | None, body: object, errors: list[str]
) -> None:
    published = document.load()
    found = published.operations[operation]
    assert published.answer_errors(found, status, kind, body) == errors
