"""Our values as those of the Language Server Protocol (LSP 3.17)."""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types as lsp

from gitwf.diagnostics import Diagnostic, Severity, Span
from gitwf.lsp import completion, symbols
from gitwf.lsp.hover import Hover
from gitwf.lsp.positions import Positions

SOURCE = "git-wf"
_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
}
_COMPLETIONS: Mapping[completion.Kind, lsp.CompletionItemKind] = {
    completion.Kind.COMMAND: lsp.CompletionItemKind.Function,
    completion.Kind.PARAMETER: lsp.CompletionItemKind.Field,
    completion.Kind.VARIABLE: lsp.CompletionItemKind.Variable,
    completion.Kind.FUNCTION: lsp.CompletionItemKind.Function,
    completion.Kind.OPTION: lsp.CompletionItemKind.Property,
    completion.Kind.FIELD: lsp.CompletionItemKind.Property,
    completion.Kind.TYPE: lsp.CompletionItemKind.TypeParameter,
    completion.Kind.KEYWORD: lsp.CompletionItemKind.Keyword,
}
_SYMBOLS: Mapping[symbols.Kind, lsp.SymbolKind] = {
    symbols.Kind.TRIGGER: lsp.SymbolKind.Event,
    symbols.Kind.COMMAND: lsp.SymbolKind.Function,
    symbols.Kind.VARIABLE: lsp.SymbolKind.Variable,
    symbols.Kind.HANDLER: lsp.SymbolKind.Event,
}


def range_of(span: Span, positions: Positions) -> lsp.Range:
    """Return the range of ``span``."""
    start, end = positions.position(span.start), positions.position(span.end)
    return lsp.Range(lsp.Position(*start), lsp.Position(*end))


def offset_of(position: lsp.Position, positions: Positions) -> int:
    """Return the offset of ``position``."""
    return positions.offset(position.line, position.character)


def diagnostic(found: Diagnostic, positions: Positions) -> lsp.Diagnostic:
    """Return a diagnostic, its hint on a line of its own."""
    message = f"{found.message}\n{found.hint}" if found.hint else found.message
    return lsp.Diagnostic(
        range=range_of(found.span, positions),
        message=message,
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source=SOURCE,
    )


def hover(shown: Hover, positions: Positions) -> lsp.Hover:
    """Return what is shown about some words."""
    content = lsp.MarkupContent(lsp.MarkupKind.Markdown, shown.text)
    return lsp.Hover(content, range_of(shown.span, positions))


def completion_item(offer: completion.Completion, positions: Positions) -> lsp.CompletionItem:
    """Return what is offered."""
    return lsp.CompletionItem(
        label=offer.text,
        kind=_COMPLETIONS[offer.kind],
        detail=offer.about,
        text_edit=lsp.TextEdit(range_of(offer.span, positions), offer.text),
    )


def symbol(found: symbols.Symbol, positions: Positions) -> lsp.DocumentSymbol:
    """Return a line of the outline."""
    return lsp.DocumentSymbol(
        name=found.name,
        kind=_SYMBOLS[found.kind],
        range=range_of(found.span, positions),
        selection_range=range_of(found.name_span, positions),
    )


def whole(text: str, positions: Positions, new: str) -> list[lsp.TextEdit]:
    """Return the edits that make ``new`` of all of ``text``: none where they are equal."""
    if text == new:
        return []
    return [lsp.TextEdit(range_of(Span(0, len(text)), positions), new)]
