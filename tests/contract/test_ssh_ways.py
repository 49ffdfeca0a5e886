"""Ways to a machine: through another one, through a program, by a key that is pinned, and after a cut."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests import sshd

from gitwf.targets.ssh.errors import RefusedError, UnreachableError
from gitwf.targets.ssh.far import Far, Place
from gitwf.targets.ssh.host import Host
from gitwf.targets.ssh.link import lasting

if TYPE_CHECKING:
    from tests.sshd import Sshd

PIPE = """
import os, socket, sys, threading
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def up():
    while data := os.read(0, 65536):
        s.sendall(data)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := s.recv(65536):
    os.write(1, data)
"""


def root_of(host: Host, server: Sshd) -> str:
    far = Far(host, Place(str(server.folder / "ways"), "repo"))
    try:
        return far.root()
    finally:
        far.link.close()


def test_through_another_machine(server: Sshd, tmp_path: Path) -> None:
    gate = sshd.Sshd(tmp_path / "gate")
    gate.start()
    try:
        host = msgspec.structs.replace(server.host(), jump=gate.host("gate"))
        assert root_of(host, server) == str(server.folder / "ways" / "repo")
        closed = msgspec.structs.replace(host, port=1)
        with pytest.raises(UnreachableError, match="cannot be reached through the jump host"):
            root_of(closed, server)
    finally:
        gate.stop()


def test_through_a_program(server: Sshd, tmp_path: Path) -> None:
    (tmp_path / "pipe.py").write_text(PIPE)
    command = f"{sys.executable} {tmp_path}/pipe.py {server.address} {server.port}"
    host = msgspec.structs.replace(server.host(), proxy_command=command)
    assert root_of(host, server) == str(server.folder / "ways" / "repo")


def test_a_key_that_is_seen_first_is_the_one_from_then_on(server: Sshd, tmp_path: Path) -> None:
    pinned = tmp_path / "pod" / "known"
    fresh = msgspec.structs.replace(server.host(), known_hosts=(str(pinned),))
    with pytest.raises(RefusedError, match="its host key is not known"):
        root_of(fresh, server)
    assert root_of(msgspec.structs.replace(fresh, pin=True), server)
    assert root_of(fresh, server)
    sshd.make_key(tmp_path / "other")
    other = " ".join((tmp_path / "other.pub").read_text().split()[:2])
    pinned.write_text(f"{fresh.known_as} {other}\n")
    with pytest.raises(RefusedError, match="its host key has changed"):
        root_of(msgspec.structs.replace(fresh, pin=True), server)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Sshd]:
    """A server of the test's own, which allows few sessions on a connection."""
    made = sshd.Sshd(tmp_path / "own", further="MaxSessions 2")
    made.start()
    yield made
    made.stop()


def test_more_sessions_than_a_connection_may_have(own: Sshd) -> None:
    far = Far(own.host(), Place(str(own.folder / "wf"), "repo"))
    far.root()
    meeting = threading.Barrier(7)
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            meeting.wait(30)
            assert far.link.request("sleep 0.5; echo done").text == "done\n"
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    far.link.close()
    assert failures == []


def test_what_was_cut_is_done_again(own: Sshd) -> None:
    far = Far(own.host(), Place(str(own.folder / "wf"), "repo"))
    far.root()
    own.stop()
    with pytest.raises(UnreachableError, match="nothing listens there"):
        far.insist(lambda: far.look(["x"]), lasting(0.5))
    later = threading.Timer(0.5, own.start)
    later.start()
    seen = far.insist(lambda: far.look(["x"]), lasting(30))
    later.join()
    far.link.close()
    assert seen["x"].state == "nowhere"
