"""What an agent's program printed: whether it says that it succeeded, its answer, and what it took.

A report is what the agent says, not what is so: `gitwf.droids.verdict` compares it with what was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

import msgspec

from gitwf.droids.adapter import Reading
from gitwf.language.value import Value, from_json, number, to_text

_SHOWN = 200


class Report(msgspec.Struct, frozen=True):
    """What an agent says of itself. ``problem`` None: it says that it succeeded.

    ``cost`` is in USD, ``turns`` how often it called its model.
    """

    answer: str = ""
    problem: str | None = None
    session: str | None = None
    model: str | None = None
    cost: Value = None
    turns: Value = None


def read(printed: str, reading: Reading) -> Report:
    """Return what an agent's standard output says."""
    if reading == "text":
        return Report(printed.strip())
    objects = list(_objects(printed))
    return _codex(objects) if reading == "codex" else _result(objects, printed)


def _objects(printed: str) -> Iterator[dict[str, Value]]:
    """Yield the JSON objects of an output: it is one, a list of them, or has one a line."""
    try:
        whole = from_json(printed)
    except ValueError:
        whole = [_line(line) for line in printed.splitlines()]
    yield from (
        item for item in (whole if isinstance(whole, list) else [whole]) if _is_object(item)
    )


def _line(line: str) -> Value:
    try:
        return from_json(line)
    except ValueError:
        return None


def _result(objects: Sequence[dict[str, Value]], printed: str) -> Report:
    """Return what the last object of type ``result`` says (Claude Code and Factory print such)."""
    result = next((o for o in reversed(objects) if o.get("type") == "result"), None)
    if result is None:
        last = printed.strip().rpartition("\n")[2]
        said = f"no JSON result: `{_short(last)}`" if last else "nothing, not even a result"
        return Report(printed.strip(), f"it printed {said}")
    answer = _text(result.get("result"))
    return Report(
        answer,
        _problem(result, answer),
        _text(result.get("session_id")) or None,
        _model(result.get("modelUsage")),
        result.get("total_cost_usd"),
        result.get("num_turns"),
    )


def _problem(result: Mapping[str, Value], answer: str) -> str | None:
    """Return why a result is none of a success, or None. Its exit status is not asked."""
    if result.get("is_error") is not False:
        return f"it says that it failed: {_short(answer) or 'it does not say why'}"
    if result.get("subtype") != "success":
        return f"it says that it ended with `{_short(_text(result.get('subtype')))}`"
    denials = result.get("permission_denials") or []
    if denials:
        return f"it was denied permission: {_denied(denials)}"
    return None


def _denied(denials: Value) -> str:
    listed = denials if isinstance(denials, list) else [denials]
    tools = Counter(_text(d.get("tool_name")) if _is_object(d) else _text(d) for d in listed)
    return ", ".join(f"`{tool}`" + (f" {n} times" if n > 1 else "") for tool, n in tools.items())


def _codex(events: Sequence[dict[str, Value]]) -> Report:
    """Return what the events of ``codex exec --json`` say, one object a line."""
    answer, problem, turns = "", "it printed no event of a turn that ended", 0
    session: str | None = None
    for event in events:
        match event:
            case {"type": "thread.started", "thread_id": str(session)}:
                pass
            case {"type": "item.completed", "item": {"type": "agent_message", "text": str(answer)}}:
                pass
            case {"type": "turn.completed"}:
                turns, problem = turns + 1, ""
            case {"type": "turn.failed", "error": {"message": str(said)}}:
                turns, problem = turns + 1, f"it says that it failed: {_short(said)}"
            case {"type": "error", "message": str(said)}:
                problem = f"it says that it failed: {_short(said)}"
            case _:
                pass
    return Report(answer, problem or None, session, turns=number(turns))


def _model(used: Value) -> str | None:
    """Return the names of the models that a result says were used."""
    return ", ".join(used) if _is_object(used) and used else None


def _is_object(value: Value) -> TypeGuard[dict[str, Value]]:
    return isinstance(value, dict)


def _text(value: Value) -> str:
    return "" if value is None else to_text(value)


def _short(text: str) -> str:
    """Return the first line of a text, cut where it is long."""
    first = text.strip().partition("\n")[0]
    return first if len(first) <= _SHOWN else f"{first[:_SHOWN]}…"
