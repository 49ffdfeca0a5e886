"""A pod as a machine that SSH reaches: with a key of its own, and pinned to the host key that it shows first."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Mapping

from gitwf.targets.runpod.api.wire import Address
from gitwf.targets.runpod.lease import Lease
from gitwf.targets.runpod.ledger import Ledger
from gitwf.targets.runpod.wish import VOLUME_PATH
from gitwf.targets.ssh.errors import FarError, RefusedError, SshError, UnreachableError
from gitwf.targets.ssh.far import Place
from gitwf.targets.ssh.host import Host
from gitwf.targets.ssh.machines import Machines

_BANNER = b"SSH-"
_PATIENCE = 4.0
"""Seconds in which an sshd that is up says who it is."""

_PROFILE = """\
{ [ -r /etc/rp_environment ] && . /etc/rp_environment; unset RUNPOD_API_KEY _; : > "$HOME/.git-wf-seen"; } 2> /dev/null
"""
"""An SSH session has none of the pod's environment: RunPod's images write it to a file. The key stays there."""

ORPHANED = f"""\
for out in "$job"/outs/*; do
    [ -e "$out" ] && mkdir -p {VOLUME_PATH}/git-wf/"${{job##*/}}" && cp -RP "$out" {VOLUME_PATH}/git-wf/"${{job##*/}}"/
done
"""
"""What the guard of a job does last on a pod with a network volume: what nobody came for outlives the pod there."""


def host_of(lease: Lease, address: Address, ledger: Ledger, env: Mapping[str, str]) -> Host:
    """Return the pod of ``lease`` at ``address``; ``env`` is what its environment has beside its image's."""
    place = ledger.place(lease.name)
    exports = "".join(f"export {name}={shlex.quote(text)}\n" for name, text in env.items())
    return Host(
        name=lease.name,
        address=address.host,
        user=address.username,
        port=address.port,
        identities=(str(place / "key"),),
        known_hosts=(str(place / "known_hosts"),),
        agent=False,
        pin=True,
        profile=_PROFILE + exports,
    )


def greets(address: Address) -> bool:
    """Return whether an sshd says who it is there."""
    try:
        with socket.create_connection((address.host, address.port), _PATIENCE) as connection:
            connection.settimeout(_PATIENCE)
            return connection.recv(len(_BANNER)) == _BANNER
    except OSError:
        return False


def lets_us_in(host: Host, where: Place, machines: Machines) -> bool:
    """Return whether the machine at the address is our pod, and lets us in.

    Raises `FarError` where it does, and cannot be used.
    """
    try:
        machines.of(host, where).far.root()
    except FarError:
        raise
    except (UnreachableError, RefusedError):
        machines.leave(host.name)  # an address may be a stale one: somebody else's pod
        return False
    except SshError:
        return False
    return True


def start_switch(host: Host, where: Place, machines: Machines, command: str) -> None:
    """Start the dead-man's switch there, where none runs. Raises `SshError`."""
    machines.of(host, where).far.run(
        f"detached /bin/sh -c {shlex.quote(command)}", "nothing can be started there"
    )


def show_life(host: Host, where: Place, machines: Machines) -> None:
    """Tell the dead-man's switch there that somebody still wants the pod. Raises `SshError`."""
    machines.of(host, where).far.run(': > "$HOME/.git-wf-seen"', "nothing can be written there")
