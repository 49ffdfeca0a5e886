"""A real sshd on this machine, for tests to log into, cut off and kill."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from gitwf.targets.ssh.host import Host

PROGRAM = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
DEADLINE = 30.0

_SETTINGS = """\
Port {port}
ListenAddress {address}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
AuthenticationMethods publickey
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
MaxStartups 100
SetEnv {environment}
Subsystem sftp internal-sftp
{further}
"""


class Sshd:
    """A server with keys, a home and a port of its own, in ``folder``.

    ``wrapper`` is what the server is started with in front: ``ip netns exec NAME``.
    """

    def __init__(
        self,
        folder: Path,
        address: str = "127.0.0.1",
        wrapper: tuple[str, ...] = (),
        further: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.address = address
        self.home = folder / "home"
        self.port = _free_port()
        self._wrapper = wrapper
        self._process: subprocess.Popen[bytes] | None = None
        self.home.mkdir(parents=True)
        for name in ("host_key", "identity"):
            make_key(folder / name)
        shutil.copyfile(folder / "identity.pub", folder / "authorized_keys")
        self.known_hosts = folder / "known_hosts"
        key = " ".join((folder / "host_key.pub").read_text().split()[:2])
        self.known_hosts.write_text(f"[{address}]:{self.port} {key}\n")
        self._further = further
        self._configure(environment or {})

    def restart(self, **environment: str) -> None:
        """Start it again, with further variables in the environment of whoever logs in."""
        self.stop()
        self._configure(environment)
        self.start()

    def _configure(self, environment: Mapping[str, str]) -> None:
        variables = {"HOME": str(self.home), "PATH": os.environ["PATH"], **environment}
        (self.folder / "sshd_config").write_text(
            _SETTINGS.format(
                port=self.port,
                address=self.address,
                folder=self.folder,
                environment=" ".join(f"{k}={v}" for k, v in variables.items()),
                further=self._further,
            )
        )

    def start(self) -> None:
        """Start the server, and wait until it listens."""
        assert PROGRAM is not None
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # where it separates its privileges
        files = ("-f", str(self.folder / "sshd_config"), "-E", str(self.folder / "log"))
        self._process = subprocess.Popen((*self._wrapper, PROGRAM, "-D", *files))
        self._until_it_listens()

    def stop(self) -> None:
        """Kill the server with all that it serves; jobs that left their session go on."""
        if self._process is None:
            return
        for pid in (self._process.pid, *_below(self._process.pid)):
            if "sshd" in _command(pid):
                _kill(pid)
        self._process.wait()
        self._process = None

    @property
    def identity(self) -> Path:
        """The private key that the server lets in."""
        return self.folder / "identity"

    def host(self, name: str = "box") -> Host:
        """Return it as the machine that jobs run on."""
        return Host(
            name,
            self.address,
            getpass.getuser(),
            self.port,
            (str(self.identity),),
            (str(self.known_hosts),),
            agent=False,
        )

    def _until_it_listens(self) -> None:
        deadline = time.monotonic() + DEADLINE
        ask = ("sh", "-c", f"exec 3<>/dev/tcp/{self.address}/{self.port}")
        while True:
            if self._wrapper:
                done = subprocess.run(
                    (*self._wrapper, "bash", *ask[1:]), capture_output=True, check=False
                )
                if done.returncode == 0:
                    return
            else:
                try:
                    socket.create_connection((self.address, self.port), 1).close()
                except OSError:
                    pass
                else:
                    return
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.01)


def make_key(path: Path) -> None:
    """Make a key pair without a passphrase: ``path`` and ``path.pub``."""
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)), check=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _below(pid: int) -> Iterator[int]:
    shown = subprocess.run(
        ("ps", "-A", "-o", "pid=,ppid="), capture_output=True, text=True, check=True
    )
    pairs = [tuple(map(int, line.split())) for line in shown.stdout.splitlines()]
    todo = [pid]
    while todo:
        above = todo.pop()
        for child, parent in pairs:
            if parent == above:
                yield child
                todo.append(child)


def _command(pid: int) -> str:
    done = subprocess.run(
        ("ps", "-o", "comm=", "-p", str(pid)), capture_output=True, text=True, check=False
    )
    return done.stdout


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
