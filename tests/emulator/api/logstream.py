"""`GET /v2/pods/{id}/logs`: Server-Sent Events, from some line on, for as long as the pod is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import cast

import msgspec
from tests.emulator.api.call import Call
from tests.emulator.clock import stamp
from tests.emulator.dialect import Dialect
from tests.emulator.logs import Line
from tests.emulator.problem import invalid, not_found

_POLL = 1.0
"""Real seconds after which it is looked whether the pod is still there."""
TAIL = 100


def events(call: Call) -> AsyncIterator[bytes]:
    """The events of one request.

    Raises:
        ProblemError: 404, there is no such pod; 422, a cursor that this endpoint never gave.

    """
    pod = call.world.found(call.id)
    if pod is None:
        raise not_found("pod")
    lines = call.world.logs.of(pod.id)
    return _stream(call, _first(call, lines))


def _first(call: Call, lines: list[Line]) -> int:
    """The index of the first line to send: `Last-Event-ID` wins over `since`, that over `tail`."""
    if cursor := call.headers.get("Last-Event-ID"):
        return _after(call.dialect, cursor, lines)
    if since := call.query.get("since"):
        return _from(datetime.fromisoformat(str(since)), lines)
    source = call.query.get("source")
    shown = [number for number, line in enumerate(lines) if source in {None, line.source}]
    tail = cast("int", call.query.get("tail", TAIL))
    return shown[-tail:][0] if shown and tail else len(lines)


def _after(dialect: Dialect, cursor: str, lines: list[Line]) -> int:
    """A published cursor is a time: the lines of that second come again. A live one tells the line too."""
    moment, _, number = cursor.partition("/")
    try:
        if dialect == "live" and number:
            return min(int(number), len(lines))
        return _from(datetime.fromisoformat(moment), lines)
    except (ValueError, TypeError):
        raise invalid(f"header.Last-Event-ID: {cursor!r} is not a 'date-time'") from None


def _from(moment: datetime, lines: list[Line]) -> int:
    later = (number for number, line in enumerate(lines) if line.at >= moment)
    return next(later, len(lines))


async def _stream(call: Call, begin: int) -> AsyncIterator[bytes]:
    source = call.query.get("source")
    lines = call.world.logs.of(call.id)
    while True:
        for line in lines[begin:]:
            if source in {None, line.source}:
                yield _event(call.dialect, line)
        begin = len(lines)
        if call.world.found(call.id) is None:
            return
        await call.world.logs.news(_POLL)


def _event(dialect: Dialect, line: Line) -> bytes:
    moment = stamp(line.at)
    cursor = f"{moment}/{line.number:012d}" if dialect == "live" else moment
    data = msgspec.json.encode({"ts": moment, "source": line.source, "line": line.text})
    return b"id: " + cursor.encode() + b"\ndata: " + data + b"\n\n"
