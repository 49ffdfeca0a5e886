"""Who is told of what: a real server on this machine that is well, slow, out of order, or not there at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project, Start

WaitFor = Callable[[Callable[[], object]], object]

SECRET_PATH = "/services/T00/B00/s3cr3t"  # noqa: S105  (of this test's own server)


class Hook:
    """A server for webhooks. It answers with ``status``, and not before ``open``."""

    def __init__(self) -> None:
        self.status = 200
        self.open = threading.Event()
        self.open.set()
        self.got: list[dict[str, object]] = []
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.open.wait(60)
                assert self.path == SECRET_PATH
                if outer.status == 200:
                    outer.got.append(json.loads(body))
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}{SECRET_PATH}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def texts(self) -> list[str]:
        assert all(list(each) == ["text"] for each in self.got)
        return [str(each["text"]) for each in self.got]

    def close(self) -> None:
        self.open.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    server = Hook()
    monkeypatch.setenv("CHAT_URL", server.address)
    monkeypatch.setenv("GIT_WF_TIME_SCALE", "0.1")
    yield server
    server.close()


@pytest.fixture
def told(project: Project, tmp_path: Path) -> Project:
    """The project, with a webhook and a command that people are told by."""
    program = tmp_path / "tell.sh"
    program.write_text(
        f'#!/bin/sh\necho "$WF_NOTICE" >> {tmp_path}/kinds\ncat >> {tmp_path}/told\n'
    )
    program.chmod(0o755)
    settings = f'[notify]\nwebhook = "CHAT_URL"\ncommand = ["{program}"]\n'
    project.commit({"wf.toml": settings}, "Tell people")
    return project


def commands(told: Project) -> list[dict[str, object]]:
    """Return what the command was handed."""
    lines = (told.path.parent / "told").read_text().splitlines()
    return [json.loads(line) for line in lines]


def waiting(told: Project) -> int:
    return len(list((told.path / ".git/wf/notify").glob("*.json")))


def test_deployments_failures_and_recoveries_are_told(told: Project, hook: Hook) -> None:
    told.done("reconcile")
    head = told.git("rev-parse", "--short=10", "HEAD")
    [first] = told.log()
    assert hook.texts() == [f"production stands at {head} now (run {first.run})"]
    told.commit({"params.yaml": "rate: 0.4\n"}, "Too low")
    assert told.wf("reconcile").status == 1
    low = told.git("rev-parse", "--short=10", "HEAD")
    told.commit({"params.yaml": "rate: 0.8\n"}, "Better")
    told.done("reconcile")
    better = told.git("rev-parse", "--short=10", "HEAD")
    third, second, _ = told.log()
    assert hook.texts()[1:] == [
        f"workflows/main.wf on main at {low} failed: accuracy 0.4 is too low (run {second.run})",
        f"production stands at {better} now (run {third.run})",
        f"workflows/main.wf on main at {better} succeeds again (run {third.run})",
    ]
    assert (told.path.parent / "kinds").read_text().split() == [
        "deployed",
        "failed",
        "deployed",
        "recovered",
    ]
    assert commands(told)[1]["run"] == second.run
    assert waiting(told) == 0


def test_a_refusal_is_told_with_its_reason_as_plain_text(told: Project, hook: Hook) -> None:
    told.commit({"workflows/main.wf": "on:commit\n/nowhere\n", "workflows/a<b.wf": "/x\n"}, "Break")
    told.wf("reconcile")
    assert any("unknown command `/nowhere`" in text for text in hook.texts())
    assert any("workflows/a&lt;b.wf on main" in text for text in hook.texts())


def test_what_nobody_wants_to_hear_is_not_told(told: Project, hook: Hook) -> None:
    told.commit({"wf.toml": '[notify]\nwebhook = "CHAT_URL"\non = ["failed"]\n'}, "Failures only")
    told.done("reconcile")
    assert hook.got == []


def test_a_server_that_is_down_is_told_by_the_next_who_acts(
    told: Project, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_URL", f"http://127.0.0.1:9{SECRET_PATH}")
    told.done("reconcile")
    said = "1 notification is not sent yet: webhook CHAT_URL: it cannot be reached (ConnectionRefusedError)"
    assert said in told.done("status").splitlines()
    monkeypatch.setenv("CHAT_URL", hook.address)
    told.done("reconcile")
    assert len(hook.got) == 1
    assert "not sent" not in told.done("status")


def test_a_server_out_of_order_is_tried_again_until_it_is_well(
    told: Project, hook: Hook, start: Start, wait_for: WaitFor
) -> None:
    hook.status = 500
    controller = start("controller", cwd=told.path)
    wait_for(lambda: hook.asked >= 2)
    hook.status = 302
    before = hook.asked
    wait_for(lambda: hook.asked > before)
    assert told.log()[0].status == "succeeded"
    hook.status = 200
    wait_for(lambda: hook.got)
    wait_for(lambda: waiting(told) == 0)
    controller.stop()
    assert len(hook.got) == 1


def test_a_message_that_the_server_never_takes_is_let_go(told: Project, hook: Hook) -> None:
    hook.status = 400
    told.done("reconcile")
    assert (waiting(told), hook.asked) == (0, 1)


def test_no_run_waits_for_a_slow_server(told: Project, hook: Hook) -> None:
    """The server answers nothing at all until the run and the command that played it are long over."""
    hook.open.clear()
    told.done("reconcile")
    assert hook.got == []
    assert told.ledger() == ["train 0.9", "deploy"]
    assert waiting(told) == 1
    hook.open.set()
    told.done("reconcile")
    assert len(hook.texts()) >= 1
    assert waiting(told) == 0


def test_no_secret_is_in_what_is_told(
    told: Project, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_TOKEN", "hunter22")
    flow = 'on:commit\n\n/notify "the token is hunter22"\n/fail "it was hunter22"\n'
    told.commit({"workflows/main.wf": flow}, "Leak")
    told.wf("reconcile")
    assert sorted(text.partition(" (run")[0] for text in hook.texts()) == [
        "the token is ***",
        f"workflows/main.wf on main at {told.git('rev-parse', '--short=10', 'HEAD')} failed: it was ***",
    ]
    state = told.path / ".git" / "wf"
    files = [file for file in state.rglob("*") if file.is_file()]
    assert [f for f in files if b"s3cr3t" in f.read_bytes()] == []
    assert [
        f for f in files if f.is_relative_to(state / "notify") and b"hunter22" in f.read_bytes()
    ] == []
    assert "hunter22" not in (told.path.parent / "told").read_text()


def test_no_command_of_a_run_gets_the_address(told: Project, hook: Hook) -> None:
    flow = """\
on:commit

define:/look
  ↳ run → echo "chat $${CHAT_URL:-none}" >> "$$LEDGER"

/look
"""
    told.commit({"workflows/main.wf": flow}, "Look")
    told.done("reconcile")
    assert told.ledger() == ["chat none"]
    assert hook.address not in told.done("logs", told.log()[0].run)


def test_a_command_is_no_file_of_what_is_checked_out(project: Project, tmp_path: Path) -> None:
    """What is checked out may be the very commit that was refused."""
    evil = tmp_path / "evil"
    program = project.path / "tell.sh"
    program.write_text(f"#!/bin/sh\ntouch {evil}\n")
    program.chmod(0o755)
    project.commit({"wf.toml": '[notify]\ncommand = ["./tell.sh"]\n'}, "Tell people")
    project.done("reconcile")
    assert not evil.exists()
    assert "command ./tell.sh: it cannot be started (FileNotFoundError)" in project.done("status")


def test_a_command_gets_no_secrets_and_its_failure_is_tried_again(
    told: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: Hook
) -> None:
    monkeypatch.setenv("HUB_TOKEN", "hunter22")
    program = tmp_path / "tell.sh"
    text = program.read_text()
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/environment\nexit 3\n")
    told.done("reconcile")
    assert hook.got
    assert "hunter22" not in (tmp_path / "environment").read_text()
    assert "s3cr3t" not in (tmp_path / "environment").read_text()
    said = f"1 notification is not sent yet: command {program}: it ended with status 3"
    assert said in told.done("status").splitlines()
    program.write_text(text)
    told.done("reconcile")
    assert [each["kind"] for each in commands(told)] == ["deployed"]


def test_notify_says_what_a_workflow_has_to_say(told: Project, hook: Hook) -> None:
    flow = 'on:manual\n\n$n = 3\n/notify "found ${n} things"\n'
    flow = flow.replace("on:manual\n\n", "")
    told.commit({"workflows/lib/say.wf": flow}, "Say something")
    told.done("run", "workflows/lib/say.wf")
    assert hook.texts() == ["found 3 things"]
    told.commit({"wf.toml": ""}, "Tell nobody")
    told.done("run", "workflows/lib/say.wf")
    run = told.log()[0]
    assert run.status == "succeeded"
    assert told.done("logs", run.run) == "nobody is told: `wf.toml` has no `[notify]`\n"
    assert len(hook.got) == 1
