"""What an editor shows about what stands at an offset, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from gitwf.diagnostics import Span
from gitwf.language import builtins, tree
from gitwf.language.check.codes import CODES
from gitwf.language.check.options import OPTIONS
from gitwf.language.functions import FUNCTIONS
from gitwf.language.program import Defined
from gitwf.language.signature import BUILTINS, signature
from gitwf.lsp.nodes import nodes_at
from gitwf.lsp.reading import Reading
from gitwf.lsp.variables import Origin, origin_of


class Hover(msgspec.Struct, frozen=True):
    """What is shown (Markdown), and the words that it is about."""

    text: str
    span: Span


def hover(reading: Reading, offset: int) -> Hover | None:
    """Return what is to be said of the command, variable, option or fault at ``offset``."""
    around = nodes_at(reading.program.file, offset)
    about = _about(reading, around, offset)
    faults = [d for d in reading.diagnostics if d.path == reading.path and _holds(d.span, offset)]
    parts = [
        f"`{fault.code}`: {CODES[fault.code]} (`git wf explain {fault.code}`)" for fault in faults
    ]
    if about:
        parts.insert(0, about.text)
    if not parts:
        return None
    return Hover("\n\n".join(parts), about.span if about else faults[0].span)


def _holds(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end


def _about(reading: Reading, around: tuple[tree.Node, ...], offset: int) -> Hover | None:
    for node in reversed(around):
        match node:
            case tree.Name(name=name, span=span):
                return _said(_variable(reading, name, around), span)
            case tree.Call(function=name, function_span=span) if _holds(span, offset):
                return _said(_function(name), span)
            case tree.Option(key=key, key_span=span) if _holds(span, offset):
                return _said(_option(key, around), span)
            case tree.Command(name=name, name_span=span) if _holds(span, offset):
                return _said(_command(reading, name), span)
            case tree.Definition(name=name, name_span=span) if _holds(span, offset):
                return _said(_command(reading, name), span)
            case _:
                pass
    return None


def _said(text: str | None, span: Span) -> Hover | None:
    return Hover(text, span) if text else None


# -- commands ------------------------------------------------------------------------------------


def _command(reading: Reading, name: str) -> str | None:
    if known := reading.program.definitions.get(name):
        return "\n\n".join(_defined(reading, known))
    if name in builtins.COMMANDS:
        how = BUILTINS[name].text if name in BUILTINS else f"/{name}"
        return f"{_code(how)}\n\nbuilt-in command"
    if name in reading.surroundings.stages:
        return f"{_code(f'/{name}')}\n\nstage of `dvc.yaml`"
    if name in reading.surroundings.scripts:
        return f"{_code(f'/{name}')}\n\nexecutable of the folder `commands/`"
    return None


def _defined(reading: Reading, known: Defined) -> Iterator[str]:
    definition = known.definition
    yield _code(signature(definition).text)
    desc = definition.field("desc")
    if desc and desc.text:
        yield desc.text.text
    text = reading.program.sources[known.path].text
    written = [text[p.span.start : p.span.end] for p in definition.parameters]
    if written:
        yield "parameters: " + ", ".join(f"`{parameter}`" for parameter in written)
    line, _ = reading.program.sources[known.path].position(definition.span.start)
    yield f"defined in `{known.path}:{line}`"


# -- variables, functions, options ---------------------------------------------------------------


def _variable(reading: Reading, name: str, around: tuple[tree.Node, ...]) -> str | None:
    origin = origin_of(name, around, reading.program.file)
    if origin is not None:
        return _set(reading, origin)
    if name in builtins.VARIABLES:
        return f"{_code(f'${name}')}\n\n{builtins.VARIABLES[name]}"
    return None


def _set(reading: Reading, origin: Origin) -> str:
    if isinstance(origin.whole, tree.Parameter):
        return f"{_code(reading.words(origin.whole.span))}\n\nparameter"
    line, _ = reading.program.sources[reading.path].position(origin.span.start)
    written = reading.program.sources[reading.path].line(line).strip()
    return f"{_code(written)}\n\nfirst set in line {line}"


def _function(name: str) -> str | None:
    known = FUNCTIONS.get(name)
    return _code(known.signature) if known else None


def _option(key: str, around: tuple[tree.Node, ...]) -> str | None:
    options = next((found for node in reversed(around) if (found := options_of(node))), {})
    takes = options.get(key)
    return f"`{key}:` takes {takes}" if takes else None


def options_of(node: tree.Node) -> Mapping[str, str]:
    """Return the options that a directive or trigger has, each with the form of its value."""
    name = f"on:{node.event}" if isinstance(node, tree.Trigger) else type(node).__name__.lower()
    known = OPTIONS.get(name) or OPTIONS.get(f"{name}:") or {}
    return {key: form.name for key, form in known.items()}


def _code(text: str) -> str:
    return f"```wf\n{text}\n```"
