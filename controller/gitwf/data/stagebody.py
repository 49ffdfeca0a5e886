"""What stands under a stage's name in `dvc.yaml`, as DVC writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gitwf.data.stagefields import DEFAULT_PARAMS, SECTIONS
from gitwf.plan.stage import OutKind, Stage


def body_of(stage: Stage) -> dict[str, object]:
    """Return what stands under the name of ``stage`` in `dvc.yaml`, keys in DVC's order.

    What DVC would take for its own templates is escaped.
    """
    cmd = stage.cmd if isinstance(stage.cmd, str) else list(stage.cmd)
    body: dict[str, object] = {
        "desc": stage.desc,
        "cmd": cmd,
        "wdir": None if stage.wdir == "." else stage.wdir,
        "deps": sorted(stage.deps),
        "params": list(_params_body(stage.params)),
        **{section: list(_outs_body(stage, kind)) for section, kind in SECTIONS.items()},
        "frozen": stage.frozen,
        "always_changed": stage.always_changed,
    }
    return {key: _escaped(value) for key, value in body.items() if value}


def _params_body(params: Mapping[str, Sequence[str] | None]) -> Iterator[object]:
    """Yield keys of `params.yaml` first, then the other files, as DVC sorts them."""
    default = params.get(DEFAULT_PARAMS, ())
    yield from sorted(default or ())
    for file in sorted(params):
        keys = params[file]
        if file != DEFAULT_PARAMS or not keys:
            yield {file: sorted(keys) if keys else None}


def _outs_body(stage: Stage, kind: OutKind) -> Iterator[object]:
    for out in sorted(stage.outs, key=lambda out: out.path):
        if out.kind is kind:
            flags = {
                **({} if out.cache else {"cache": False}),
                **({"persist": True} if out.persist else {}),
                **({} if out.push else {"push": False}),
            }
            yield {out.path: flags} if flags else out.path


def _escaped(value: object) -> object:
    """Return ``value`` with all of its texts so that DVC takes nothing in them for a template."""
    if isinstance(value, str):
        return value.replace("${", "\\${")
    if isinstance(value, Mapping):
        return {_escaped(key): _escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value
