"""The machines that this process is connected to: one link and one watch for all jobs on each."""

from __future__ import annotations

import threading

import msgspec

from gitwf.targets.ssh.alone import Alone
from gitwf.targets.ssh.far import Far, Place
from gitwf.targets.ssh.host import Host
from gitwf.targets.ssh.store import Sending
from gitwf.targets.ssh.watch import Watch


class Machine(msgspec.Struct, frozen=True):
    """A folder on a machine, who looks after the jobs in it, and who sends their files.

    ``setting_up`` is held by whoever begins its `setup`.
    """

    far: Far
    watch: Watch
    sending: Sending
    setting_up: Alone


class Machines:
    """All machines of this process. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[bytes, Machine] = {}

    def of(self, host: Host, where: Place) -> Machine:
        """Return the machine; nothing is connected yet."""
        key = msgspec.json.encode((host, where))
        with self._lock:
            if key not in self._known:
                far = Far(host, where)
                self._known[key] = Machine(far, Watch(far), Sending(far), Alone())
            return self._known[key]

    def leave(self, name: str) -> None:
        """End the connections to the machine that is called so: it is no more."""
        with self._lock:
            found = [key for key, one in self._known.items() if one.far.name == name]
            machines = [self._known.pop(key) for key in found]
        for machine in machines:
            machine.far.link.close()

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            machines, self._known = list(self._known.values()), {}
        for machine in machines:
            machine.far.link.close()
