"""The document as published, and as the live service has been seen to go beyond it.

`live` pages the list of pods, numbers the lines of logs, and takes newer fields of a create request.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Literal, cast

from tests.emulator import document
from tests.emulator.document import Document, Json

Dialect = Literal["published", "live"]
PAGE = 2
"""Pods on a page: few, so that a client that reads one page only is found out."""

_STRINGS = {"type": "array", "items": {"type": "string"}}
_PAGINATION = {
    "type": "object",
    "required": ["nextCursor", "hasNextPage"],
    "properties": {"nextCursor": {"type": ["string", "null"]}, "hasNextPage": {"type": "boolean"}},
}


@cache
def load(dialect: Dialect) -> Document:
    """The document of a dialect."""
    published = document.load()
    return published if dialect == "published" else Document(_live(published.definition))


def _live(published: Json) -> Json:
    live = copy.deepcopy(published)
    schemas = cast("dict[str, Json]", cast("Json", live["components"])["schemas"])
    gpu = cast("list[Json]", schemas["CreateGpuConfig"]["allOf"])[1]
    cast("Json", gpu["properties"]).update(
        minRamPerGpu={"type": "integer", "minimum": 1},
        minVcpuCountPerGpu={"type": "integer", "minimum": 1},
    )
    container = cast("list[Json]", schemas["ContainerConfig"]["allOf"])[1]
    cast("Json", container["properties"]).update(entrypoint=_STRINGS, cmd=_STRINGS)
    pods = schemas["ListPodsResponse"]
    cast("Json", pods["properties"])["pagination"] = _PAGINATION
    cast("list[str]", pods["required"]).append("pagination")
    paths = cast("dict[str, dict[str, Json]]", live["paths"])
    cast("list[Json]", paths["/v2/pods"]["get"]["parameters"]).append(
        {"name": "cursor", "in": "query", "schema": {"type": "string"}}
    )
    return live
