"""Who holds a lease: a process of a clone on a machine, and whether it can be told to be gone."""

from __future__ import annotations

import os

import msgspec

from gitwf.targets.process import Process, UntoldError, boot, namespace, this_process

_PARTS = 4


class Holder(msgspec.Struct, frozen=True):
    """A process that acts for a clone: ``machine:clone`` is the owner of runs, ``mark`` tells it apart.

    The mark names the start of the machine, the set of processes it is in, and its own start.
    """

    machine: str
    clone: str
    pid: int
    mark: str

    def __str__(self) -> str:
        return f"{self.machine}:{self.clone}:{self.pid}:{self.mark}"

    @property
    def owner(self) -> str:
        """The owner of the runs that it starts."""
        return f"{self.machine}:{self.clone}"


def this_holder(owner: str) -> Holder:
    """Return this process as it holds leases for ``owner``."""
    machine, _, clone = owner.rpartition(":")
    try:
        since = this_process().since
    except UntoldError:
        since = os.urandom(6).hex()
    return Holder(machine, clone, os.getpid(), f"{since}/{namespace()}")


def read_holder(text: str) -> Holder | None:
    """Return the holder that a lease names, or None where it names none that we know of."""
    parts = text.split(":", _PARTS - 1)
    if len(parts) != _PARTS or not parts[2].isdecimal():
        return None
    return Holder(parts[0], parts[1], int(parts[2]), parts[3])


def is_gone(holder: Holder, me: Holder) -> bool:
    """Return whether ``holder`` was a process of this very machine, and is no more.

    Two machines may bear one id, and containers see other processes: only the same start of the machine
    and the same set of processes count.
    """
    since, _, names = holder.mark.rpartition("/")
    here = holder.machine == me.machine and names == namespace()
    if not here or not boot() or not since.startswith(boot()):
        return False
    try:
        return not Process(holder.pid, since).is_alive()
    except UntoldError:
        return False
