"""The emulator holds itself to the document: an answer that is against it is no answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from tests.emulator.account import API_KEY
from tests.emulator.api.call import Reply
from tests.emulator.api.routes import HANDLERS
from tests.emulator.document import Json
from tests.emulator.server import Options, Server


def test_an_answer_against_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    volume: Json = {"id": "v", "name": "data", "size": 9, "type": "STANDARD"}
    monkeypatch.setitem(HANDLERS, "getNetworkVolume", lambda _: Reply(volume))
    server = Server(tmp_path, Options(speed=0))

    async def ask() -> tuple[int, Json]:
        async with TestClient(TestServer(server.app())) as client:
            headers = {"Authorization": f"Bearer {API_KEY}"}
            answer = await client.get("/v2/network-volumes/v", headers=headers)
            return answer.status, await answer.json()

    status, body = asyncio.run(ask())
    told = [
        "getNetworkVolume: $.size: 9 is less than the minimum of 10",
        "getNetworkVolume: $: missing property 'dataCenter'",
    ]
    assert (status, body["detail"]) == (500, "the emulator broke the document")
    assert sorted(server.service.violations) == told
    assert "emulator: answer against the document:" in capsys.readouterr().err
