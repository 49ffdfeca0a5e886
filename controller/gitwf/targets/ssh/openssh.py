"""What `~/.ssh/config` says of a machine (ssh_config(5)), as far as it decides where and how to connect."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from gitwf.targets.ssh.errors import RefusedError
from gitwf.targets.ssh.host import Destination, Host

_CONFIG = "~/.ssh/config"
_KNOWN = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts")
_JUMPS = 8
"""How many machines may stand between: more is a circle."""


class Wish(msgspec.Struct, frozen=True):
    """What `wf.toml` says of a machine; what it leaves out `~/.ssh/config` says, or the usual."""

    name: str
    ssh: str
    identity: str | None = None
    known_hosts: str | None = None
    profile: str = ""


def resolve(wish: Wish) -> Host:
    """Return the machine that ``wish`` means.

    Raises:
        RefusedError: if it is no machine, or the configuration cannot be read.
    """
    try:
        destination = Destination.parse(wish.ssh)
    except ValueError as error:
        raise RefusedError(f"`[target.{wish.name}]`: {error}") from None
    host = _host(wish.name, destination, (), _JUMPS)
    own = {"identities": (_full(wish.identity),)} if wish.identity else {}
    known = {"known_hosts": (_full(wish.known_hosts),)} if wish.known_hosts else {}
    return msgspec.structs.replace(host, profile=wish.profile, **own, **known)


def _host(name: str, destination: Destination, via: Sequence[str], left: int) -> Host:
    said = _look_up(destination.host, Path(_CONFIG).expanduser())
    jump = said.get("proxyjump", "none")
    if left == 0:
        raise RefusedError(f"`{name}`: `ProxyJump` goes in a circle: {' → '.join(via)}")
    return Host(
        name=name,
        address=str(said.get("hostname", destination.host)),
        user=destination.user or str(said.get("user", getpass.getuser())),
        port=destination.port or int(str(said.get("port", 22))),
        identities=tuple(map(_full, _words(said.get("identityfile")))),
        known_hosts=tuple(map(_full, _words(said.get("userknownhostsfile")) or _KNOWN)),
        proxy_command=_command(said),
        jump=_jump(str(jump), (*via, destination.host), left - 1),
    )


def _jump(said: str, via: Sequence[str], left: int) -> Host | None:
    """Return the last machine of a list of those between, each reached through the one before it."""
    if said.lower() == "none":
        return None
    reached: Host | None = None
    for text in said.split(","):
        host = _host(text, Destination.parse(text.removeprefix("ssh://")), via, left)
        reached = host if reached is None else msgspec.structs.replace(host, jump=reached)
    return reached


def _command(said: Mapping[str, object]) -> str | None:
    command = said.get("proxycommand")
    return None if command is None or str(command).lower() == "none" else str(command)


def _look_up(host: str, path: Path) -> Mapping[str, object]:
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return {}
    return _config(path, stamp, host)


@lru_cache(maxsize=64)
def _config(path: Path, stamp: int, host: str) -> Mapping[str, object]:  # noqa: ARG001 - a key
    from paramiko import SSHConfig, SSHException

    try:
        return dict(SSHConfig.from_path(str(path)).lookup(host))
    except (OSError, ValueError, SSHException) as error:
        raise RefusedError(f"`{path}` cannot be read: {error}") from None


def _words(said: object) -> tuple[str, ...]:
    if isinstance(said, list):
        return tuple(map(str, said))
    return tuple(str(said).split()) if said else ()


def _full(path: str) -> str:
    return str(Path(path).expanduser())
