"""The key of a run: the hash of what decides what it does (`docs/records.md`, section 2)."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gitwf.language import tree
from gitwf.language.canonical import canonical
from gitwf.language.glob import matches
from gitwf.language.paramword import split_param
from gitwf.language.program import Program
from gitwf.language.runline import parse_run_line
from gitwf.language.walk import walk
from gitwf.plan.agents import called_agents, called_prompts
from gitwf.plan.calls import OUT_FIELDS, Callee, Script, literal_text
from gitwf.plan.facts import Facts
from gitwf.plan.stage import Stage

_POINTER = ".dvc"
_SHELL_WORD = re.compile(r"[^\s;&|<>()'\"`=$\\]+")


class Input(msgspec.Struct, frozen=True, order=True):
    """One thing that decides what a run does. ``value`` None: it is named but not there."""

    kind: str
    name: str
    value: str | None


def run_key(inputs: Iterable[Input]) -> str:
    """Return the SHA-256 of ``inputs`` in hexadecimal; their order does not matter."""
    rows = [[i.kind, i.name, i.value] for i in sorted(set(inputs), key=_order)]
    return hashlib.sha256(msgspec.json.encode(rows)).hexdigest()


def _order(item: Input) -> tuple[str, str, bool, str]:
    return item.kind, item.name, item.value is None, item.value or ""


def inputs_of(
    program: Program, found: Mapping[str, Callee], facts: Facts, settings: Mapping[str, str]
) -> tuple[Input, ...]:
    """Return everything that decides what a run of ``program`` does, sorted.

    ``found`` are the commands it calls, ``settings`` the ``--set`` values as JSON text.
    """
    inputs = {Input("workflow", p, _digest(canonical(f))) for p, f in program.files.items()}
    inputs.update(Input("set", name, value) for name, value in settings.items())
    outs = [pattern for callee in found.values() for pattern in _outs(callee)]
    for node in _expressions(program, found):
        inputs.update(_expression_inputs(node, facts, outs))
    for callee in found.values():
        inputs.update(_callee_inputs(callee, facts, outs))
    for kind, pages in (("agent", called_agents), ("prompt", called_prompts)):
        paths = (page.path for page in pages(program, facts).values())
        inputs.update(Input(kind, path, facts.id(path)) for path in paths)
    return tuple(sorted(inputs, key=_order))


def _expressions(program: Program, found: Mapping[str, Callee]) -> Iterator[tree.Node]:
    """Yield all nodes that a run may evaluate: of the workflow, of what it calls, of run lines."""
    for line in program.file.block.lines:
        for item in line.items:
            if not isinstance(item.statement, tree.Definition):
                yield from walk(item.statement)
    for callee in found.values():
        if isinstance(callee, tree.Definition):
            yield from walk(callee)
            run = callee.field("run")
            if run and run.text:
                for part in parse_run_line(run.text.text, 0, "").parts:
                    yield from walk(part)


def _expression_inputs(node: tree.Node, facts: Facts, outs: list[str]) -> Iterator[Input]:
    match node:
        case tree.Name(name="params"):
            yield Input("file", "params.yaml", facts.id("params.yaml"))
        case tree.Call(function="read", arguments=(tree.Constant(value=str(written)),)):
            path = posixpath.normpath(written)
            if not _is_written(path, outs):
                yield Input("file", path, _content(path, facts))
        case _:
            pass


def _callee_inputs(callee: Callee, facts: Facts, outs: list[str]) -> Iterator[Input]:
    match callee:
        case Script(_, path):
            yield Input("script", path, facts.id(path))
        case Stage():
            encoded = msgspec.json.encode(callee, order="sorted")
            yield Input("stage", callee.beside(callee.name), _digest(encoded))
            lines = (callee.cmd,) if isinstance(callee.cmd, str) else callee.cmd
            for line in lines:
                yield from _words_of_shell(line, callee.place, facts, outs)
            for dep in callee.deps:
                yield from _dep(_under(callee.place, dep), facts, outs)
            for file, keys in callee.params.items():
                yield _params(_under(callee.place, file), keys, facts)
        case tree.Definition():
            wdir = next((literal_text(w) for w in _words(callee, "wdir")), ".")
            run = callee.field("run")
            if run and run.text:
                yield from _words_of_shell(run.text.text, wdir, facts, outs)
            for word in _words(callee, "deps"):
                yield from _dep(_under(wdir, literal_text(word)), facts, outs)
            for word in _words(callee, "params"):
                file, keys = split_param(literal_text(word))
                yield _params(_under(wdir, file), keys, facts)


def _params(path: str, keys: tuple[str, ...] | None, facts: Facts) -> Input:
    name = f"{path}:{','.join(keys or ())}"
    if "*" in name:
        return Input("file", path, facts.id(path))
    if (module := facts.submodule(path)) is not None:
        return Input("params", name, facts.id(module))
    return Input("params", name, facts.params(path, keys))


def _words(definition: tree.Definition, name: str) -> tuple[tree.Word, ...]:
    field = definition.field(name)
    return field.words if field else ()


def _outs(callee: Callee) -> Iterator[str]:
    match callee:
        case Stage():
            yield from (_under(callee.place, out.path) for out in callee.outs)
        case tree.Definition():
            wdir = next((literal_text(w) for w in _words(callee, "wdir")), ".")
            for name in OUT_FIELDS:
                yield from (_under(wdir, literal_text(word)) for word in _words(callee, name))
        case Script():
            pass


def _dep(path: str, facts: Facts, outs: list[str]) -> Iterator[Input]:
    """Yield the inputs that a dep is; nothing for what a stage of the same run writes."""
    if _is_written(path, outs):
        return
    if "*" in path:
        folder = posixpath.dirname(path.partition("*")[0])
        yield from _members(folder, (path, f"{path}/*"), facts, outs)
        if (module := facts.submodule(folder)) is not None:
            yield Input("dep", module, facts.id(module))
        if (pointer := _pointer(folder, facts)) is not None:
            yield Input("dep", folder, pointer)
    elif any(_contains(path, out) for out in outs):
        yield from _members(path, (f"{path}/*",), facts, outs)
    else:
        yield Input("dep", path, _content(path, facts))


def _members(
    folder: str, patterns: Iterable[str], facts: Facts, outs: list[str]
) -> Iterator[Input]:
    """Yield the files below ``folder`` that fit, or whose pointers of DVC do."""
    patterns = tuple(patterns)
    for name, known in facts.files(folder).items():
        plain = name.removesuffix(_POINTER)
        if not _is_written(plain, outs) and any(matches(p, plain) for p in patterns):
            yield Input("dep", name, known)


def _is_written(path: str, outs: list[str]) -> bool:
    """Return whether ``path`` is, or lies in, what a stage of the same run writes."""
    return any(matches(out, path) or matches(f"{out}/*", path) for out in outs)


def _content(path: str, facts: Facts) -> str | None:
    """Return what identifies the content of a file or folder: git's id, DVC's hash, or the commit of its submodule.

    In a working tree data that DVC tracks is there too: it may be large, and is not read for this.
    """
    if (module := facts.submodule(path)) is not None:
        return facts.id(module)
    return _pointer(path, facts) or facts.id(path) or facts.locked(path)


def _pointer(path: str, facts: Facts) -> str | None:
    """Return git's id of the `.dvc` file that tracks ``path``, or a folder that it lies in."""
    while path:
        if (known := facts.id(f"{path}{_POINTER}")) is not None:
            return f"dvc:{known}"
        path = posixpath.dirname(path)
    return None


def _contains(folder: str, path: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")


def _words_of_shell(text: str, wdir: str, facts: Facts, outs: list[str]) -> Iterator[Input]:
    """Yield the tracked files, and those of submodules, that are words of a run line: programs are not always deps.

    In a working tree what it writes stands there too.
    """
    for word in dict.fromkeys(_SHELL_WORD.findall(text)):
        path = _under(wdir, word)
        if path.startswith("..") or _is_written(path, outs):
            continue
        module = facts.submodule(path)
        if module is not None or facts.is_file(path):
            yield Input("word", path, facts.id(module or path))


def _under(wdir: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(wdir, path))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
