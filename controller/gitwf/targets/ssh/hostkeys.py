"""Whether a machine is the one that it should be: by its key, never by its address alone."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from paramiko import HostKeys, PKey

from gitwf.targets.ssh.errors import RefusedError
from gitwf.targets.ssh.host import Host


def known_keys(host: Host) -> Mapping[str, PKey]:
    """Return the keys that the machine is known by, by their type."""
    found: dict[str, PKey] = {}
    for path in host.known_hosts:
        keys = HostKeys()
        if Path(path).is_file():
            keys.load(path)
        for kind, key in (keys.lookup(host.known_as) or {}).items():
            found.setdefault(kind, key)
    return found


def check_key(host: Host, key: PKey) -> None:
    """Pin the key of a machine that is seen first, if ``host`` says so.

    Raises:
        RefusedError: if the machine is known by another key, or not at all.
    """
    known = known_keys(host)
    if known.get(key.get_name()) == key:
        return
    if known:
        raise RefusedError(_changed(host, key))
    if not host.pin:
        raise RefusedError(_unknown(host, key))
    _pin(host, key)


def _pin(host: Host, key: PKey) -> None:
    path = Path(host.known_hosts[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        file.write(f"{host.known_as} {key.get_name()} {key.get_base64()}\n".encode())
        os.fsync(file.fileno())


def _changed(host: Host, key: PKey) -> str:
    file = next((f for f in host.known_hosts if Path(f).is_file()), host.known_hosts[0])
    forget = f"ssh-keygen -R {shlex.quote(host.known_as)} -f {shlex.quote(file)}"
    return (
        f"`{host}`: its host key has changed (now {key.get_name()} {key.fingerprint}): somebody may stand "
        f"between; if the machine was set up anew, `{forget}`"
    )


def _unknown(host: Host, key: PKey) -> str:
    file = host.known_hosts[0] if host.known_hosts else "~/.ssh/known_hosts"
    learn = f"ssh-keyscan -p {host.port} {shlex.quote(host.address)} >> {shlex.quote(file)}"
    return (
        f"`{host}`: its host key is not known ({key.get_name()} {key.fingerprint}): compare it with what "
        f"the machine says, then `{learn}`"
    )
