"""What another machine costs, beside scp, rsync and `tar | ssh` on the same sshd."""

from __future__ import annotations

import getpass
import hashlib
import os
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.bench.report import Row
from tests.bench.timing import Work, medians
from tests.sshd import PROGRAM, Sshd

from gitwf.targets.files import Item
from gitwf.targets.ssh.connection import Connection
from gitwf.targets.ssh.far import Far, Place
from gitwf.targets.ssh.store import Sending

COMMANDS = 50
LARGE = 200 * 10**6
SMALL, SIZE = 2000, 10_000
JOB = "1"


class Folder:
    """A folder to send, as the `Files` of a job. Its hashes are known, as DVC knows them."""

    outs = kept = folders = ()

    def __init__(self, root: Path, files: int, size: int) -> None:
        self.root = root
        root.mkdir()
        self._items: list[Item] = []
        for number in range(files):
            content = os.urandom(size)
            (root / f"{number}.bin").write_bytes(content)
            md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
            self._items.append(Item(f"{number}.bin", md5, size))

    def items(self) -> list[Item]:
        """Return its files."""
        return self._items

    def held(self, _: str) -> None:
        """Return None: nothing comes back."""


def measure(folder: Path) -> Iterator[Row]:
    """Yield the rows about another machine, on the loopback of this one."""
    if PROGRAM is None:
        print("(there is no sshd here: nothing about other machines is measured)")
        return
    server = Sshd(folder / "sshd")
    server.start()
    try:
        yield from _commands(server)
        yield from _sending(server, Folder(folder / "large", 1, LARGE), "200 MB to a machine")
        small = f"{SMALL} files of {SIZE // 1000} kB to a machine"
        yield from _sending(server, Folder(folder / "small", SMALL, SIZE), small)
    finally:
        server.stop()


def _commands(server: Sshd) -> Iterator[Row]:
    far = Far(server.host(), Place(str(server.folder / "wf"), "bench"))
    far.root()
    connection = Connection.open(server.host())

    def executed() -> None:
        channel = connection.session()
        channel.exec_command("true")
        channel.recv_exit_status()
        channel.close()

    ours, theirs, master = medians(
        Work(lambda: _often(lambda: far.link.request("true"))),
        Work(lambda: _often(executed)),
        Work(lambda: _often(lambda: _run(*_ssh(server, "-S", _control(server)), "true"))),
    )
    connection.close()
    far.link.close()
    what = "a command on an open connection"
    yield Row(what, ours.each(COMMANDS), "a session each", theirs.each(COMMANDS), "ms")
    yield Row(what, ours.each(COMMANDS), "ssh, ControlMaster", master.each(COMMANDS), "ms")


def _often(act: Callable[[], object]) -> None:
    for _ in range(COMMANDS):
        act()


def _sending(server: Sshd, files: Folder, what: str) -> Iterator[Row]:
    there = server.folder / "there"
    ways = {
        "scp": (*_with("scp", server, "-P"), "-r", f"{files.root}/.", f"{_login(server)}:{there}/"),
        "rsync": (
            "rsync",
            "-a",
            "-e",
            shlex.join(_ssh(server)[:-1]),
            f"{files.root}/",
            f"{_login(server)}:{there}/",
        ),
        "tar, ssh": (
            "sh",
            "-c",
            f"tar -C {files.root} -cf - . | {shlex.join(_ssh(server))} 'tar -C {there} -xf -'",
        ),
    }
    peers = {name: command for name, command in ways.items() if shutil.which(command[0])}

    def clear() -> None:
        for old in (there, server.folder / "wf"):
            if old.exists():
                _put_aside(old)
        there.mkdir()

    first, *others = medians(
        Work(lambda: _sent(server, files), clear),
        *(Work(partial(_run, *command), clear) for command in peers.values()),
    )
    for name, theirs in zip(peers, others, strict=True):
        yield Row(what, first, name, theirs)
    if "rsync" in peers:
        yield _again(server, files, what, peers["rsync"])


def _put_aside(old: Path) -> None:
    """Make room for another run, but remove no file.

    ext4 without a journal, as in many virtual machines, is slow at making files for minutes after some
    were removed (`recently_deleted` in fs/ext4/ialloc.c): whoever makes the most pays for what the bench did.
    """
    aside = old.rename(old.with_name(f"{old.name}-{secrets.token_hex(4)}"))
    for path in aside.rglob("*"):
        if path.is_file():
            os.truncate(path, 0)


def _again(server: Sshd, files: Folder, what: str, rsync: tuple[str, ...]) -> Row:
    _sent(server, files)
    _run(*rsync)
    last = server.folder / "wf" / "bench" / "work" / JOB
    ours, theirs = medians(
        Work(lambda: _sent(server, files), lambda: _put_aside(last)), Work(lambda: _run(*rsync))
    )
    return Row(f"{what}, again", ours, "rsync", theirs)


def _sent(server: Sshd, files: Folder) -> None:
    """Make a workspace of ``files``, as before each job: on a new connection, as the peers do."""
    far = Far(server.host(), Place(str(server.folder / "wf"), "bench"))
    Sending(far).workspace(JOB, files, files.items(), lambda act: act(), lambda: None)
    far.link.close()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{shlex.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def _login(server: Sshd) -> str:
    return f"{getpass.getuser()}@{server.address}"


def _control(server: Sshd) -> str:
    """Return the socket of an `ssh` that keeps its connection open."""
    path = server.folder / "control"
    if not path.exists():
        _run(*_ssh(server, "-M", "-S", str(path), "-f", "-N"))
    return str(path)


def _ssh(server: Sshd, *options: str) -> tuple[str, ...]:
    return (*_with("ssh", server, "-p"), *options, _login(server))


def _with(program: str, server: Sshd, port: str) -> tuple[str, ...]:
    files = (f"UserKnownHostsFile={server.known_hosts}", "IdentitiesOnly=yes", "BatchMode=yes")
    options = (word for file in files for word in ("-o", file))
    return (program, "-F", "none", port, str(server.port), "-i", str(server.identity), *options)
