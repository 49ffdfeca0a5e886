"""RunPod as this process uses it: one client, one list of pods, one ledger for all of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitwf.targets.runpod.api.client import Client
from gitwf.targets.runpod.api.errors import NoKeyError
from gitwf.targets.runpod.api.transport import BASE, Transport
from gitwf.targets.runpod.fleet import POLL, Fleet
from gitwf.targets.runpod.ledger import Ledger
from gitwf.targets.ssh.machines import Machines

KEY, BASE_URL = "RUNPOD_API_KEY", "RUNPOD_API_BASE_URL"


class Account:
    """What all rentals of this process share. ``clone`` tells our pods from those of other clones."""

    def __init__(
        self, client: Client, ledger: Ledger, clone: str, base: str, poll: float = POLL
    ) -> None:
        self.client = client
        self.ledger = ledger
        self.clone = clone
        self.base = base
        self.fleet = Fleet(client, poll)
        self.machines = Machines()

    @classmethod
    def of(cls, environment: Mapping[str, str], folder: Path, clone: str, poll: float) -> Account:
        """Return the account that ``environment`` names; its pods are written down below ``folder``.

        Raises `NoKeyError`.
        """
        key = environment.get(KEY, "").strip()
        if not key:
            raise NoKeyError
        base = environment.get(BASE_URL) or BASE
        return cls(Client(Transport(key, base)), Ledger(folder, key), clone, base, poll)

    @property
    def prefix(self) -> str:
        """What the names of all pods of this clone begin with."""
        return prefix_of(self.clone)


def prefix_of(clone: str) -> str:
    """Return what the names of all pods of a clone begin with."""
    return f"{OURS}{clone}-"


OURS = "wf-"
"""What the names of the pods of all clones begin with."""
