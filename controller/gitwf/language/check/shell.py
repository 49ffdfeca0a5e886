"""Text that a shell would treat and `.wf` does not: WF306."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitwf.diagnostics import Diagnostic, Severity, Source, Span
from gitwf.language import tree
from gitwf.language.check.paths import PATH_FIELDS
from gitwf.language.check.scene import Scene

_DOLLAR = r"(?:\\.|\$\$)|(?P<found>\$\(|\$[?#@*!0-9-])"
_GLOB = r"\\.|\$.|(?P<found>[*?]|\[[^\]\s]+\])"
_SIGN = re.compile(r"[$*?\[]")
"""What begins anything that the other two find."""
_SHELL = "shell text goes into the `run` line of a `define:`; `$$` is a plain dollar"


def check_shell(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a warning for each word of a command or path that means more to a shell."""
    for path, word in _words(scene):
        source = scene.program.sources[path]
        if _SIGN.search(source.text, word.span.start, word.span.end):
            yield from _word(word, source)


def _words(scene: Scene) -> Iterator[tuple[str, tree.Word]]:
    """Yield the words that a person may take for a shell's, each with the path of its file."""
    for command in scene.own(tree.Command):
        for word in command.words:
            yield scene.path, word
    for redirect in scene.own(tree.Redirect):
        if redirect.path:
            yield scene.path, redirect.path
    for path, definition in scene.definitions:
        for field in definition.fields:
            if field.name in PATH_FIELDS:
                for word in field.words:
                    yield path, word


def _word(word: tree.Word, source: Source) -> Iterator[Diagnostic]:
    is_url = "://" in source.text[word.span.start : word.span.end]
    for part in word.parts:
        if not isinstance(part, tree.Literal) or part.quote is tree.Quote.SINGLE:
            continue
        yield from _found(_DOLLAR, part, source, _SHELL)
        if part.quote is tree.Quote.BARE and not is_url:
            yield from _found(_GLOB, part, source, "quote it if it is meant as it stands")


def _found(pattern: str, part: tree.Literal, source: Source, hint: str) -> Iterator[Diagnostic]:
    found = re.compile(pattern, re.DOTALL)
    for match in found.finditer(source.text, part.span.start, part.span.end):
        if match["found"]:
            message = f"`{match['found']}` is text here: no shell reads this line"
            span = Span(*match.span())
            yield Diagnostic("WF306", message, source.path, span, hint, Severity.WARNING)
            return
