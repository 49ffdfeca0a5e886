"""An editor at work with `git wf lsp`: pygls' client, over the standard streams of a real process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

LIB = "define:/fetch url\n  ↳ run → curl $url\n"
MAIN = 'use:lib.wf\n$x = "😀" ; /echo "😀 $x" && /fetch $x\n'
UNFORMATTED = "/a->/b\n"


class Editor:
    """An editor with a folder open."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self._published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()

        def publish(params: lsp.PublishDiagnosticsParams) -> None:
            self._published.put_nowait(params)

        client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def document(self, name: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(name))

    async def open(self, name: str, text: str) -> list[str]:
        """Open a file and return what is said of it."""
        item = lsp.TextDocumentItem(self.uri(name), "wf", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.said_of(name)

    async def write(self, name: str, text: str, version: int) -> None:
        """Replace the text of an open file."""
        document = lsp.VersionedTextDocumentIdentifier(version, self.uri(name))
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))

    async def said_of(self, name: str) -> list[str]:
        """Return the next diagnostics of a file, each with its place."""
        while True:
            found = await self._published.get()
            if found.uri == self.uri(name):
                return [
                    f"{d.range.start.line}:{d.range.start.character} {d.code} {d.message}"
                    for d in found.diagnostics
                ]


Session = Callable[[Editor], Awaitable[None]]


def edit(folder: Path, session: Session, encodings: list[lsp.PositionEncodingKind]) -> None:
    """Start the server, run a session with it, and end it as editors do."""

    async def main() -> None:
        client = LanguageClient("editor", "1")
        await client.start_io(sys.executable, "-m", "gitwf", "lsp")
        editor = Editor(client, folder)
        general = lsp.GeneralClientCapabilities(position_encodings=encodings)
        capabilities = lsp.ClientCapabilities(general=general)
        params = lsp.InitializeParams(capabilities=capabilities, root_uri=folder.as_uri())
        await client.initialize_async(params)
        client.initialized(lsp.InitializedParams())
        await session(editor)
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()  # type: ignore[no-untyped-call]  # pygls has no annotation there

    asyncio.run(asyncio.wait_for(main(), timeout=60))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "lib.wf").write_text(LIB, encoding="utf-8")
    return tmp_path


ENCODINGS = [
    pytest.param([], {"echo": 12, "variable": 22}, id="utf-16-where-nothing-is-said"),
    pytest.param([lsp.PositionEncodingKind.Utf32], {"echo": 11, "variable": 20}, id="utf-32"),
]


@pytest.mark.parametrize(("encodings", "columns"), ENCODINGS)
def test_answers(
    folder: Path, encodings: list[lsp.PositionEncodingKind], columns: dict[str, int]
) -> None:
    async def session(editor: Editor) -> None:
        assert await editor.open("main.wf", MAIN) == []
        main, client = editor.document("main.wf"), editor.client
        variable = lsp.Position(1, columns["variable"])

        shown = await client.text_document_hover_async(lsp.HoverParams(main, variable))
        assert shown is not None
        assert isinstance(shown.contents, lsp.MarkupContent)
        assert shown.contents.value.endswith("first set in line 2")
        assert shown.range is not None
        assert shown.range.start == variable

        found = await client.text_document_definition_async(lsp.DefinitionParams(main, variable))
        assert found == lsp.Location(
            editor.uri("main.wf"), lsp.Range(lsp.Position(1, 0), lsp.Position(1, 2))
        )
        fetch = lsp.Position(1, columns["variable"] + 8)
        found = await client.text_document_definition_async(lsp.DefinitionParams(main, fetch))
        assert found == lsp.Location(
            editor.uri("lib.wf"), lsp.Range(lsp.Position(0, 7), lsp.Position(0, 13))
        )

        echo = lsp.Position(1, columns["echo"] + 3)
        offered = await client.text_document_completion_async(lsp.CompletionParams(main, echo))
        assert isinstance(offered, list)
        edits = [(item.label, item.text_edit) for item in offered]
        start = lsp.Position(1, columns["echo"])
        assert edits == [("/echo", lsp.TextEdit(lsp.Range(start, echo), "/echo"))]

        outline = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(main))
        assert [symbol.name for symbol in outline or []] == ["$x"]

    edit(folder, session, encodings)


def test_diagnostics_as_one_types(folder: Path) -> None:
    async def session(editor: Editor) -> None:
        assert await editor.open("main.wf", "use:lib.wf\n/fetc a\n") == [
            "1:0 WF202 unknown command `/fetc`\ndid you mean `/fetch`?"
        ]
        await editor.write("main.wf", "use:lib.wf\n/fetch a\n", 2)
        assert await editor.said_of("main.wf") == []

    edit(folder, session, [])


def test_an_open_file_counts_as_it_stands_in_the_editor(folder: Path) -> None:
    async def session(editor: Editor) -> None:
        assert await editor.open("main.wf", "use:lib.wf\n/fetch a\n") == []
        assert await editor.open("lib.wf", LIB) == []
        await editor.write("lib.wf", "# nothing left\n", 2)
        (said,) = await editor.said_of("main.wf")
        assert said == (
            "1:0 WF202 unknown command `/fetch`\n"
            "define it: `define:/fetch`, or write it as `commands/fetch.sh`"
        )

    edit(folder, session, [])


def test_formatting(folder: Path) -> None:
    async def session(editor: Editor) -> None:
        options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)

        async def formatted(name: str) -> list[str]:
            params = lsp.DocumentFormattingParams(editor.document(name), options)
            edits = await editor.client.text_document_formatting_async(params)
            return [edit.new_text for edit in edits or []]

        await editor.open("main.wf", UNFORMATTED)
        assert await formatted("main.wf") == ["/a → /b\n"]
        await editor.open("lib.wf", LIB)
        assert await formatted("lib.wf") == []
        await editor.open("broken.wf", "/a && {\n")
        assert await formatted("broken.wf") == []

    edit(folder, session, [])


def test_half_a_statement_breaks_nothing(folder: Path) -> None:
    async def session(editor: Editor) -> None:
        await editor.open("main.wf", "")
        for version in range(1, len(MAIN) + 1):
            await editor.write("main.wf", MAIN[:version], version)
            await editor.said_of("main.wf")
            last = MAIN[:version].rpartition("\n")[2]
            at = lsp.Position(MAIN[:version].count("\n"), len(last.encode("utf-16-le")) // 2)
            params = lsp.CompletionParams(editor.document("main.wf"), at)
            offered = await editor.client.text_document_completion_async(params)
            assert isinstance(offered, list)

    edit(folder, session, [])
