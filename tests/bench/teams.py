"""How long a commit that was pushed waits until a controller that follows the remote plays it."""

from __future__ import annotations

import hmac
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.place import Place, wait_until
from tests.bench.report import Row
from tests.bench.timing import median_of

POLLED, HINTED = 4, 2
"""Commits: few at a time, because each costs two pushes, and there are six a minute."""

_PROBE = """\
define:/probe
  ↳ run → date +%s.%N > "$$PROBE"
/probe
"""
_SETTINGS = '[controller]\nbranches = ["main"]\nremote = "origin"\n'
_SECRET = "bench"  # noqa: S105


def measure(at: Path) -> Iterator[Row]:
    """Measure with a webhook, and with nothing but the interval of 15 seconds."""
    probe = at / "teams-probe"
    hub = at / "hub"
    place = Place(at / "teams", PROBE=str(probe), GIT_WF_WEBHOOK_SECRET=_SECRET)
    place.run("git", "init", "--quiet", "--bare", "--initial-branch=main", str(hub))
    place.run("git", "remote", "add", "origin", str(hub))
    place.write({"workflows/probe.wf": _PROBE, "wf.toml": _SETTINGS})
    place.commit("a probe")
    place.run("git", "push", "--quiet", "origin", "main")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    controller = subprocess.Popen(
        ["git-wf", "controller", "--webhook", str(port)],
        cwd=place.root,
        env=place.environment | {"PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(probe.exists)
        polled = [_wait(place, probe, n, lambda: None) for n in range(POLLED)]
        hinted = [_wait(place, probe, POLLED + n, lambda: _hint(port)) for n in range(HINTED)]
    finally:
        controller.send_signal(signal.SIGTERM)
        controller.wait()
    yield Row("commit pushed → first process of its run, with a webhook", median_of(hinted))
    yield Row("commit pushed → first process of its run, polling", median_of(polled))


def _wait(place: Place, probe: Path, number: int, hint: Callable[[], None]) -> float:
    """Return the seconds from the end of a push, and of the hint, to the first process of the run."""
    wait_until(lambda: not any((place.root / ".git/wf/ongoing").iterdir()))
    probe.unlink()
    place.write({"workflows/probe.wf": f"{_PROBE}/echo {number}\n"})
    place.commit(f"commit {number}")
    place.run("git", "push", "--quiet", "origin", "main")
    pushed = time.time()
    hint()
    wait_until(lambda: probe.exists() and probe.stat().st_size > 0)
    return max(0.0, float(probe.read_text()) - pushed)


def _hint(port: int) -> None:
    body = b"{}"
    signature = hmac.digest(_SECRET.encode(), body, "sha256").hex()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"X-Hub-Signature-256": f"sha256={signature}"}
    connection.request("POST", "/hooks/git", body, headers)
    connection.getresponse().read()
    connection.close()
