"""One SSH connection: encrypted, to the machine that it should be, and let in."""

from __future__ import annotations

import logging
import socket

from paramiko import Channel, SSHException, Transport
from paramiko.ssh_exception import ChannelException

from gitwf.targets.ssh.dial import dial
from gitwf.targets.ssh.errors import UnreachableError
from gitwf.targets.ssh.host import Host
from gitwf.targets.ssh.hostkeys import check_key, known_keys
from gitwf.targets.ssh.identity import authenticate

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it prints what it raises as well

LIMIT = 15.0
"""Seconds for each step of connecting."""

_KEEPALIVE = 5
"""Seconds between signs of life on an idle connection: what is not answered to ends it (`dial`)."""

_FIRST = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""The ciphers that cost least here: twice the bytes a second of paramiko's own first choice."""

_RSA = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


class NoSessionError(Exception):
    """The machine allows no further session on this connection."""


class Connection:
    """A connection that is open. Safe for threads."""

    def __init__(self, transport: Transport, below: Connection | None = None) -> None:
        self._transport = transport
        self._below = below
        self.sessions = 0
        self.is_full = False

    @classmethod
    def open(cls, host: Host) -> Connection:
        """Connect to ``host``.

        Raises:
            UnreachableError: if nothing answers in time.
            RefusedError: if it is another machine than it should be, or lets us not in.
        """
        below = cls.open(host.jump) if host.jump else None
        try:
            return cls(_transport(host, below), below)
        except BaseException:
            if below:
                below.close()
            raise

    def is_open(self) -> bool:
        """Return whether it is not known to have ended."""
        return bool(self._transport.is_active())

    def session(self) -> Channel:
        """Open a session.

        Raises:
            NoSessionError: if the machine allows no more of them here.
            UnreachableError: if the connection has ended.
        """
        try:
            channel = self._transport.open_session(timeout=LIMIT)
        except ChannelException as error:
            raise NoSessionError from error
        except (SSHException, EOFError, OSError) as error:
            raise UnreachableError(f"the connection was cut ({error})") from None
        self.sessions += 1
        return channel

    def tunnel(self, host: Host) -> Channel:
        """Return a way to the port of ``host`` from the machine at the other end."""
        try:
            return self._transport.open_channel(
                "direct-tcpip", (host.address, host.port), ("127.0.0.1", 0), timeout=LIMIT
            )
        except (SSHException, EOFError, OSError) as error:
            raise UnreachableError(
                f"`{host}` cannot be reached through the jump host ({error})"
            ) from None

    def close(self) -> None:
        """Close it with all of its sessions."""
        self._transport.close()
        if self._below:
            self._below.close()


def _transport(host: Host, below: Connection | None) -> Transport:
    bottom: socket.socket | Channel = below.tunnel(host) if below else dial(host, LIMIT)
    transport = Transport(bottom)
    try:
        _prefer(transport, host)
        transport.banner_timeout = transport.auth_timeout = transport.channel_timeout = LIMIT
        transport.start_client(timeout=LIMIT)
        check_key(host, transport.get_remote_server_key())
        authenticate(transport, host)
        transport.set_keepalive(_KEEPALIVE)
    except (SSHException, EOFError, TimeoutError) as error:
        transport.close()
        raise UnreachableError(
            f"`{host}` does not speak SSH as it should: {_words(error)}"
        ) from None
    except BaseException:
        transport.close()
        raise
    return transport


def _prefer(transport: Transport, host: Host) -> None:
    """Ask for the cheapest ciphers, and for the kinds of host key that the machine is known by."""
    options = transport.get_security_options()
    options.ciphers = (*_FIRST, *(c for c in options.ciphers if c not in _FIRST))
    known = [kind for name in known_keys(host) for kind in _RSA.get(name, (name,))]
    first = [kind for kind in known if kind in options.key_types]
    options.key_types = (*first, *(k for k in options.key_types if k not in first))


def _words(error: Exception) -> str:
    return str(error) or "it hung up"
