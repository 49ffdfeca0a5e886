"""Putting stages into the text of a `dvc.yaml` that a person writes too.

Only the lines of stages that changed are touched. Within these, comments and fields that we do not
write are kept (`ruamel.yaml`'s round trip). A text that already says the same stays as it is, byte
for byte.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from gitwf.data import emit
from gitwf.data.disagree import disagreement
from gitwf.data.dvcyaml import Refused, read_stages
from gitwf.data.stagebody import body_of
from gitwf.plan.stage import Stage

if TYPE_CHECKING:
    from ruamel.yaml import YAML

_OURS = (
    *("desc", "cmd", "wdir", "deps", "params", "outs", "metrics", "plots"),
    *("frozen", "always_changed"),
)
_SETS = frozenset({"deps", "params", "outs", "metrics", "plots"})
"""The fields in which order says nothing."""

_NEVER_OURS = ("foreach", "do", "matrix", "vars")
"""What makes a stage another one: it goes when a stage of ours takes its name."""

_ENDLESS = 1 << 20
"""A width at which no line is folded."""

_FIELDS = re.compile(r"^( *)[^\s#][^\n]*:[ \t]*\n(?:\s*#[^\n]*\n)*(\1 +)[^\s#-]", re.MULTILINE)
_DASHES = re.compile(r"^( *)[\w.-]+:[ \t]*(?:#[^\n]*)?\n( *)- ", re.MULTILINE)


def differs(text: str | None, stages: Iterable[Stage]) -> list[str]:
    """Return the names of ``stages`` that the `dvc.yaml` with this text lacks or has otherwise.

    Raises `BrokenFileError`: ``text`` is no `dvc.yaml`.
    """
    there = read_stages(text or "")
    return [stage.name for stage in stages if not _same(there.get(stage.name), stage)]


def merge_stages(text: str | None, stages: Iterable[Stage]) -> str:
    """Return the text of a `dvc.yaml` with ``stages`` in it; None is no file yet.

    Raises `BrokenFileError`: ``text`` is no `dvc.yaml`.
    """
    wanted = {stage.name: stage for stage in stages}
    changed = [wanted[name] for name in differs(text, wanted.values())]
    if not changed:
        return text or ""
    if not text or not text.strip():
        return "stages:\n" + "".join(_block(stage, None, 2, _Style()) for stage in changed)
    return _merge(text, changed)


def _same(there: Stage | Refused | None, stage: Stage) -> bool:
    return isinstance(there, Stage) and disagreement(there, stage) is None


def _merge(text: str, changed: Sequence[Stage]) -> str:
    """Return ``text`` with the lines of stages replaced, or put behind the last stage."""
    keys = _stage_keys(text)
    if not keys:
        return _merge_whole(text, changed)
    lines = text.splitlines(keepends=True)
    indent = keys[0][2]
    starts = {name: line for name, line, _ in keys}
    end = _end(lines, keys[-1][1], indent)
    style = _Style.of(text)
    lines[end - 1] = lines[end - 1].removesuffix("\n") + "\n"
    lines[end:end] = [
        _block(stage, None, indent, style) for stage in changed if stage.name not in starts
    ]
    there = {starts[stage.name]: stage for stage in changed if stage.name in starts}
    for start in sorted(there, reverse=True):
        end = _end(lines, start, indent)
        old = "".join(lines[start:end])
        lines[start:end] = [_block(there[start], old, indent, _Style.of(old, text))]
    return "".join(lines)


def _stage_keys(text: str) -> list[tuple[str, int, int]]:
    """Return name, line and column of each stage, or none where they are not written as a block."""
    import yaml

    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return []
    stages = next((value for key, value in root.value if key.value == "stages"), None)
    if not isinstance(stages, yaml.MappingNode) or stages.flow_style:
        return []
    return [(key.value, key.start_mark.line, key.start_mark.column) for key, _ in stages.value]


def _end(lines: Sequence[str], start: int, indent: int) -> int:
    """Return the line behind the last of the stage that starts at ``start``.

    Comments behind it that are not indented more than its name belong to what follows.
    """
    end = start + 1
    for at in range(start + 1, len(lines)):
        content = lines[at].strip()
        if content and len(lines[at]) - len(lines[at].lstrip(" ")) <= indent:
            break
        if content:
            end = at + 1
    return end


class _Style(msgspec.Struct, frozen=True):
    """How a person indents: the columns of a mapping's fields, and of a list's dashes."""

    fields: int = 2
    dashes: int = 0

    @classmethod
    def of(cls, *texts: str) -> _Style:
        """Return the style of the first of ``texts`` that shows one."""
        fields = next(filter(None, map(_FIELDS.search, texts)), None)
        dashes = next(filter(None, map(_DASHES.search, texts)), None)
        return cls(
            len(fields[2]) - len(fields[1]) if fields else 2,
            max(0, len(dashes[2]) - len(dashes[1])) if dashes else 0,
        )

    def yaml(self) -> YAML:
        """Return a round-trip reader and writer of this style, which folds no line."""
        from ruamel.yaml import YAML

        yaml = YAML()
        yaml.default_flow_style = False
        yaml.preserve_quotes = True
        yaml.width = _ENDLESS
        yaml.indent(mapping=self.fields, sequence=self.dashes + 2, offset=self.dashes)
        return yaml


def _block(stage: Stage, old: str | None, indent: int, style: _Style) -> str:
    """Return the lines of ``stage``: new ones, or those of ``old`` with what differs replaced."""
    body = body_of(stage)
    if old is None and style == _Style():
        return textwrap.indent(emit.dump({stage.name: body}, _ENDLESS), " " * indent)
    yaml = style.yaml()
    document: dict[str, object] = {stage.name: body}
    if old is not None:
        document = yaml.load(textwrap.dedent(old))
        there = document[stage.name]
        if isinstance(there, dict):
            _update(there, body)
        else:
            document[stage.name] = body
    return textwrap.indent(_dump(yaml, document), " " * indent)


def _update(there: dict[str, object], body: Mapping[str, object]) -> None:
    """Make the fields that we write those of ``body``, and keep what is equal with its comments."""
    for field in (*_OURS, *_NEVER_OURS):
        old, new = there.get(field), body.get(field)
        if field in _SETS and isinstance(old, list) and isinstance(new, list):
            new = _annotated(old, new)
            if _sorted(old) == _sorted(new):
                continue
        if field == "desc" and new is None:
            continue
        if new is None:
            there.pop(field, None)
        elif _plain(old) != new:
            there[field] = new


def _sorted(items: list[object]) -> list[str]:
    return sorted(repr(_plain(item)) for item in items)


def _annotated(old: list[object], new: list[object]) -> list[object]:
    """Return ``new``, each path with the settings that a person gave it and we do not know."""
    known = dict(map(_item, old))
    return [known.get(_item(item)[0], item) if _same_out(known, item) else item for item in new]


def _same_out(known: Mapping[str, object], item: object) -> bool:
    path, settings = _settings(item)
    return path in known and _settings(known[path]) == (path, settings)


def _item(item: object) -> tuple[str, object]:
    return _settings(item)[0], item


def _settings(item: object) -> tuple[str, tuple[object, object]]:
    """Return the path of an entry of `outs`, `metrics` or `plots`, and what we know of it."""
    if not isinstance(item, Mapping) or len(item) != 1:
        return str(item), (True, False)
    path, flags = next(iter(item.items()))
    if not isinstance(flags, Mapping):
        return str(item), (True, False)
    return str(path), (flags.get("cache", True), flags.get("persist", False))


def _plain(value: object) -> object:
    """Return what `ruamel.yaml` read as the plain value that it stands for."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _merge_whole(text: str, changed: Iterable[Stage]) -> str:
    """Return ``text`` with the stages in it, where these are not laid out line by line."""
    yaml = _Style.of(text).yaml()
    document = yaml.load(text) or {}
    if not document.get("stages"):
        document["stages"] = {}
    document["stages"].update({stage.name: body_of(stage) for stage in changed})
    return _dump(yaml, document)


def _dump(yaml: YAML, document: object) -> str:
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()
