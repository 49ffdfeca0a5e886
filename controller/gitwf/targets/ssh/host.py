"""A machine that is reached over SSH, as a value: whoever has one can connect to it."""

from __future__ import annotations

import re

import msgspec

_ADDRESS = re.compile(
    r"(?:(?P<user>[^@\s]+)@)?(?:\[(?P<six>[^\]\s]+)\]|(?P<host>[^:@\s\[\]]+))(?::(?P<port>\d{1,5}))?"
)
_LAST_PORT = 65535


class Host(msgspec.Struct, frozen=True):
    """Where a machine is, who we are there, and how both sides prove it.

    ``name`` is how people call it. ``identities`` are files of private keys; with ``agent`` the keys
    of the agent and the usual files are tried after them. ``known_hosts`` are files that say which key
    the machine has; with ``pin`` the key that is seen first is written into the first of them, so that
    it is the one from then on, else a machine without a key there is refused. ``profile`` is shell
    text that is run before anything else on each connection.
    """

    name: str
    address: str
    user: str
    port: int = 22
    identities: tuple[str, ...] = ()
    known_hosts: tuple[str, ...] = ()
    agent: bool = True
    pin: bool = False
    proxy_command: str | None = None
    jump: Host | None = None
    profile: str = ""

    @property
    def known_as(self) -> str:
        """What stands for it in a file of known hosts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT")."""
        return self.address if self.port == 22 else f"[{self.address}]:{self.port}"  # noqa: PLR2004

    def __str__(self) -> str:
        """Return it as people write it."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.user}@{address}:{self.port}"


class Destination(msgspec.Struct, frozen=True):
    """What ``ssh`` of a ``[target.NAME]`` says: ``[USER@]HOST[:PORT]``, or a Host of `~/.ssh/config`."""

    host: str
    user: str | None = None
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Destination:
        """Return what ``text`` says. Raises ValueError where it is nothing of the kind."""
        found = _ADDRESS.fullmatch(text.strip())
        port = int(found["port"]) if found and found["port"] else None
        if found is None or (port is not None and not 0 < port <= _LAST_PORT):
            raise ValueError(
                f"`{text}` is no machine: write `user@host:22`, or a Host of your ssh configuration"
            )
        return cls(found["six"] or found["host"], found["user"], port)
