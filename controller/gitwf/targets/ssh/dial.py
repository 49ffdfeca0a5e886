"""The socket below an SSH connection: straight, through another machine, or through a program."""

from __future__ import annotations

import socket
import subprocess
import threading

from gitwf.targets.ssh.errors import UnreachableError
from gitwf.targets.ssh.host import Host

_UNANSWERED = 10_000
"""Milliseconds after which a connection is dead on which nothing that was sent arrives (tcp(7))."""

_REASONS: tuple[tuple[type[OSError], str], ...] = (
    (
        ConnectionRefusedError,
        "nothing listens there: does the machine run `sshd`, and on this port?",
    ),
    (TimeoutError, "no answer: is the machine up, and reachable from here?"),
    (
        socket.gaierror,
        "there is no machine of that name: correct `ssh` in `wf.toml`, or `HostName` in your ssh configuration",
    ),
)
_NO_WAY = "there is no way to it from here: is the network up?"


def dial(host: Host, limit: float) -> socket.socket:
    """Connect to the port of ``host``, or start its ``proxy_command``; ``limit`` in seconds.

    Raises `UnreachableError`.
    """
    if host.proxy_command:
        return _program(host.proxy_command)
    try:
        connection = socket.create_connection((host.address, host.port), limit)
    except OSError as error:
        raise UnreachableError(f"`{host}`: {_reason(error)}") from None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNANSWERED)
    return connection


def _reason(error: OSError) -> str:
    return next((said for kind, said in _REASONS if isinstance(error, kind)), _NO_WAY)


def _program(command: str) -> socket.socket:
    """Start a program that is the way to a machine; it ends when the socket is closed."""
    ours, its = socket.socketpair()
    with its:
        program = subprocess.Popen(
            ("/bin/sh", "-c", f"exec {command}"),
            stdin=its.fileno(),
            stdout=its.fileno(),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    threading.Thread(target=program.wait, name="git-wf-proxy", daemon=True).start()
    return ours
