"""Ports for pods, held so that nothing else on this machine takes them."""

from __future__ import annotations

import socket


class Ports:
    """Ports of one host. A held port refuses connections until the pod's sshd listens there."""

    def __init__(self, host: str) -> None:
        """`host` is an address of this machine."""
        self._host = host
        self._held: dict[int, socket.socket] = {}

    def take(self) -> int:
        """A free port, from now on held."""
        held = socket.socket()
        # Both holders set it, so that sshd can listen on a port that is only bound here.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((self._host, 0))
        port = int(held.getsockname()[1])
        self._held[port] = held
        return port

    def mute(self, port: int) -> None:
        """Have connections accepted, without anyone to say a word."""
        self._held[port].listen()

    def release(self, *ports: int | None) -> None:
        """Give ports back."""
        for port in ports:
            if port in self._held:
                self._held.pop(port).close()
