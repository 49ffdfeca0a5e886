"""The server: what an editor asks goes to the functions of this package, over standard streams."""

from __future__ import annotations

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from gitwf import __version__
from gitwf.language.format.formatter import reformat
from gitwf.lsp import wire
from gitwf.lsp.completion import complete
from gitwf.lsp.definition import definition
from gitwf.lsp.hover import hover
from gitwf.lsp.positions import Positions
from gitwf.lsp.reading import Reading
from gitwf.lsp.symbols import symbols
from gitwf.lsp.workspace import Folder, file_of

_SUFFIX = ".wf"
_UTF_16 = lsp.PositionEncodingKind.Utf16
_TRIGGERS = lsp.CompletionOptions(trigger_characters=["/", "$", ":", "-", "{"])


class Server(LanguageServer):
    """A server for `.wf` files."""

    def __init__(self) -> None:
        super().__init__("git-wf", __version__)

    def texts(self, folder: Folder) -> dict[str, str]:
        """Return the texts of the open files of a repository, by path."""
        files = {file_of(uri): doc.source for uri, doc in self.workspace.text_documents.items()}
        return {folder.path(file): text for file, text in files.items() if folder.holds(file)}

    def reading(self, uri: str) -> Reading:
        """Return the workflow at ``uri`` as it stands in the editor."""
        file = file_of(uri)
        folder = Folder(file)
        texts = self.texts(folder)
        path = folder.path(file)
        texts.setdefault(path, self.workspace.get_text_document(uri).source)
        return folder.read(path, texts)

    def positions(self, text: str) -> Positions:
        """Return the positions of ``text`` in the units that the editor counts in."""
        encoding = lsp.PositionEncodingKind(self.workspace.position_encoding or _UTF_16)
        return Positions(text, encoding.value)

    def publish(self) -> None:
        """Send the diagnostics of all open workflows: one may use another."""
        for uri, document in self.workspace.text_documents.items():
            if uri.endswith(_SUFFIX):
                self._publish(uri, document.version)

    def _publish(self, uri: str, version: int | None) -> None:
        reading = self.reading(uri)
        positions = self.positions(reading.text)
        found = [
            wire.diagnostic(d, positions) for d in reading.diagnostics if d.path == reading.path
        ]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, version))

    def asked(self, uri: str, position: lsp.Position) -> tuple[Reading, Positions, int]:
        """Return the workflow at ``uri``, its positions, and the offset of ``position``."""
        reading = self.reading(uri)
        positions = self.positions(reading.text)
        return reading, positions, wire.offset_of(position, positions)


server = Server()


def _changed(
    ls: Server,
    _: lsp.DidOpenTextDocumentParams
    | lsp.DidChangeTextDocumentParams
    | lsp.DidSaveTextDocumentParams,
) -> None:
    ls.publish()


for _feature in (
    lsp.TEXT_DOCUMENT_DID_OPEN,
    lsp.TEXT_DOCUMENT_DID_CHANGE,
    lsp.TEXT_DOCUMENT_DID_SAVE,
):
    server.feature(_feature)(_changed)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def _closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(params.text_document.uri, []))
    ls.publish()


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def _hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    reading, positions, offset = ls.asked(params.text_document.uri, params.position)
    shown = hover(reading, offset)
    return wire.hover(shown, positions) if shown else None


@server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def _definition(ls: Server, params: lsp.DefinitionParams) -> lsp.Location | None:
    uri = params.text_document.uri
    reading, _, offset = ls.asked(uri, params.position)
    place = definition(reading, offset)
    if place is None:
        return None
    positions = ls.positions(reading.program.sources[place.path].text)
    file = Folder(file_of(uri)).root / place.path
    return lsp.Location(file.as_uri(), wire.range_of(place.span, positions))


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, _TRIGGERS)
def _completion(ls: Server, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
    reading, positions, offset = ls.asked(params.text_document.uri, params.position)
    return [wire.completion_item(offer, positions) for offer in complete(reading, offset)]


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def _symbols(ls: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    reading = ls.reading(params.text_document.uri)
    positions = ls.positions(reading.text)
    return [wire.symbol(found, positions) for found in symbols(reading)]


@server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
def _formatting(ls: Server, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
    text = ls.workspace.get_text_document(params.text_document.uri).source
    new = reformat("", text).text
    return [] if new is None else wire.whole(text, ls.positions(text), new)


def main() -> None:
    """Serve one editor, until it says that it is done."""
    server.start_io()
