"""A remote as nasty as they come: it refuses, hangs, answers half, or was moved by somebody else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.repo.environment import environment
from gitwf.repo.errors import ConflictError, RemoteError
from gitwf.repo.refs import RefUpdate
from gitwf.repo.remote import Remote

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder

HEADS = "+refs/heads/*:refs/wf-heads/origin/*"
REF = "refs/wf/x/one"


@pytest.fixture
def hub(make_folder: MakeFolder) -> Folder:
    return make_folder("hub", "--bare")


@pytest.fixture
def clone(folder: Folder, hub: Folder) -> Folder:
    """A clone with a commit, which the remote has too."""
    folder.git("remote", "add", "origin", str(hub.path))
    folder.commit({"a": "1"})
    folder.git("push", "--quiet", "origin", "main")
    return folder


@pytest.fixture
def remote(clone: Folder) -> Remote:
    return Remote(clone.open(), "origin")


def refs(folder: Folder, *prefixes: str) -> list[str]:
    return folder.git("for-each-ref", "--format=%(refname)", *prefixes).splitlines()


def test_only_what_is_named_is_fetched_and_what_is_gone_is_deleted(
    clone: Folder, hub: Folder, remote: Remote
) -> None:
    clone.git("tag", "v1")
    clone.git("push", "--quiet", "origin", "v1", "main:topic")
    clone.git("tag", "--delete", "v1")
    clone.git("update-ref", "-d", "refs/remotes/origin/main")
    clone.git("update-ref", "-d", "refs/remotes/origin/topic")
    clone.git("config", "remote.origin.prune", "true")
    clone.git("config", "remote.origin.tagOpt", "--tags")
    remote.fetch([HEADS])
    assert refs(clone) == [
        "refs/heads/main",
        "refs/wf-heads/origin/main",
        "refs/wf-heads/origin/topic",
    ]
    hub.git("branch", "--delete", "--force", "topic")
    remote.fetch([HEADS])
    assert refs(clone, "refs/wf-heads") == ["refs/wf-heads/origin/main"]
    assert not (clone.path / ".git" / "FETCH_HEAD").exists()


def test_a_push_is_a_compare_and_swap_of_all_or_nothing(
    clone: Folder, hub: Folder, remote: Remote
) -> None:
    one, two = clone.git("rev-parse", "HEAD"), clone.commit({"a": "2"})
    remote.push([RefUpdate(REF, one, None), RefUpdate("refs/wf/x/two", one, None)])
    with pytest.raises(ConflictError):
        remote.push([RefUpdate(REF, two, one), RefUpdate("refs/wf/x/two", two, None)])
    with pytest.raises(ConflictError):
        remote.push([RefUpdate(REF, two, None)])
    assert set(hub.git("for-each-ref", "--format=%(objectname)", "refs/wf").split()) == {one}
    remote.push([RefUpdate(REF, two, one), RefUpdate("refs/wf/x/two", None, one)])
    assert refs(hub, "refs/wf") == [REF]
    assert hub.git("rev-parse", REF) == two


def test_settings_and_hooks_of_the_clone_take_no_part(
    clone: Folder, hub: Folder, remote: Remote, tmp_path: Path
) -> None:
    for name, value in (("mirror", "true"), ("push", "refs/heads/*:refs/heads/*")):
        clone.git("config", f"remote.origin.{name}", value)
    hook = clone.path / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    remote.push([RefUpdate(REF, clone.git("rev-parse", "HEAD"), None)])
    assert refs(hub) == ["refs/heads/main", REF]
    assert not (tmp_path / "ran").exists()


def test_a_hook_that_declines_is_quoted(clone: Folder, hub: Folder, remote: Remote) -> None:
    hook = hub.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'records are not welcome' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(RemoteError) as caught:
        remote.push([RefUpdate(REF, clone.git("rev-parse", "HEAD"), None)])
    assert str(caught.value) == (
        "the remote `origin` refuses records: "
        "[remote rejected] (pre-receive hook declined); records are not welcome"
    )


def test_a_remote_that_is_not_there(clone: Folder, remote: Remote, hub: Folder) -> None:
    hub.path.rename(hub.path.with_name("away"))
    for ask in (lambda: remote.fetch([HEADS]), remote.default_branch, remote.has_records):
        with pytest.raises(RemoteError) as caught:
            ask()
        assert caught.value.message.startswith("the remote `origin` cannot be used: ")
    assert refs(clone, "refs/wf-heads") == []


Answer = Callable[[socket.socket], None]


@pytest.fixture
def served(clone: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Answer]]:
    """Make the remote a server whose answers the test chooses."""
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "git")
    answers: list[Answer] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)

        def serve() -> None:
            try:
                with server.accept()[0] as connection:
                    answers[0](connection)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        clone.git("remote", "set-url", "origin", f"git://127.0.0.1:{port}/hub")
        yield answers
    thread.join(60)


def test_a_remote_that_hangs_is_given_up(clone: Folder, served: list[Answer]) -> None:
    over = threading.Event()
    served.append(lambda _: (over.wait(60), None)[1])
    with pytest.raises(RemoteError) as caught:
        Remote(clone.open(), "origin").fetch([HEADS], patience=0.5)
    over.set()
    assert str(caught.value) == (
        "the remote `origin` does not answer: `git fetch` did not end within 0.5 seconds"
    )


@pytest.mark.parametrize("half", [b"", b"00", b"001e# service", b"0032" + b"0" * 40 + b" HEA"])
def test_a_remote_that_answers_half(clone: Folder, served: list[Answer], half: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(half)

    served.append(answer)
    with pytest.raises(RemoteError) as caught:
        Remote(clone.open(), "origin").fetch([HEADS])
    assert caught.value.message.startswith("the remote `origin` cannot be used: ")
    assert refs(clone, "refs/wf-heads") == []


def test_a_remote_that_was_rewritten_is_followed(clone: Folder, remote: Remote) -> None:
    remote.fetch([HEADS])
    clone.git("commit", "--quiet", "--amend", "--message", "Other")
    clone.git("push", "--quiet", "--force", "origin", "main")
    remote.fetch([HEADS])
    assert clone.git("rev-parse", "refs/wf-heads/origin/main") == clone.git("rev-parse", "HEAD")


def test_a_shallow_clone_gets_the_rest(
    clone: Folder, hub: Folder, make_folder: MakeFolder, tmp_path: Path
) -> None:
    clone.commit({"a": "2"})
    clone.git("push", "--quiet", "origin", "main")
    hub.git("symbolic-ref", "HEAD", "refs/heads/main")
    shallow = make_folder("shallow")
    shallow.path.rename(tmp_path / "unused")
    clone.git("clone", "--quiet", "--depth=1", f"file://{hub.path}", str(shallow.path))
    repository = shallow.open()
    assert repository.is_shallow_now()
    remote = Remote(repository, "origin")
    remote.fetch([HEADS])
    assert not repository.is_shallow_now()
    remote.fetch([HEADS])
    assert shallow.git("rev-list", "--count", "HEAD") == "2"
    assert remote.default_branch() == "main"


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        (None, "file:git:http:https:ssh"),
        ("file", "file"),
        ("ext:https", "https"),
        ("ext", ""),
    ],
)
def test_protocols_that_run_what_an_address_says_are_never_allowed(
    given: str | None, allowed: str
) -> None:
    source = {} if given is None else {"GIT_ALLOW_PROTOCOL": given}
    assert environment(source)["GIT_ALLOW_PROTOCOL"] == allowed
