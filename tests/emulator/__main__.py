"""`python -m tests.emulator`: RunPod on this machine, for tests and for people without an account."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path

from aiohttp import web
from tests.emulator import needs, server
from tests.emulator.account import API_KEY

_WELCOME = """\
A RunPod of your own is running: its pods are processes on this machine, and cost nothing. In another shell:

  export RUNPOD_API_BASE_URL={base}
  export RUNPOD_API_KEY={key}
  curl -H "Authorization: Bearer $RUNPOD_API_KEY" $RUNPOD_API_BASE_URL/v2/pods

Ctrl-C ends it, and every pod with it."""


def main() -> None:
    """Serve until told to end."""
    options = _options()
    if missing := needs.missing():
        sys.exit(f"the emulator needs {', '.join(missing)}")
    given = server.Options(
        options.host, options.speed, options.limit_scale, options.dialect, options.seed
    )
    if options.state:
        asyncio.run(_serve(server.Server(options.state.resolve(), given), options))
        return
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        asyncio.run(_serve(server.Server(Path(folder), given), options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="the address of the API and of pods")
    parser.add_argument("--port", type=int, default=8642, help="0: one that is free")
    parser.add_argument(
        "--state", type=Path, help="folder for the disks of pods (default: a new one)"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="virtual seconds in a real one")
    parser.add_argument("--limit-scale", type=float, default=1.0, help="of rate limits; 0: none")
    parser.add_argument("--dialect", choices=["published", "live"], default="published")
    parser.add_argument("--seed", type=int, help="draws the ids of pods")
    parser.add_argument(
        "--until-eof", action="store_true", help="end when standard input does, for who started it"
    )
    return parser.parse_args()


async def _serve(emulator: server.Server, options: argparse.Namespace) -> None:
    runner = web.AppRunner(emulator.app(), shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, options.host, options.port)
        await site.start()
        port = runner.addresses[0][1]
        base = f"http://{options.host}:{port}"
        print(_WELCOME.format(base=base, key=API_KEY), flush=True)  # noqa: T201 - for whoever started it
        await _told_to_end(until_eof=options.until_eof)
    finally:
        await runner.cleanup()


async def _told_to_end(*, until_eof: bool) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), _end_of_input, ended)
    await ended.wait()


def _end_of_input(ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        ended.set()


if __name__ == "__main__":
    main()
