"""Clients with a fault that has cost people money: `python -m tests.chaos.planted FAULT …` is `git wf …` with it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from gitwf.__main__ import main
from gitwf.targets.runpod.api.client import Client
from gitwf.targets.runpod.api.errors import UnansweredError
from gitwf.targets.runpod.api.wire import Pod
from gitwf.targets.runpod.ending import Ender
from gitwf.targets.runpod.lease import Lease, gone


def double() -> None:
    """Ask for a pod again where no answer came, as for anything else."""
    create = Client.create

    def again(self: Client, request: Mapping[str, object]) -> Pod:
        try:
            return create(self, request)
        except UnansweredError:
            return create(self, request)

    Client.create = again  # type: ignore[method-assign]


def forget() -> None:
    """Take a pod for ended as soon as its job is."""

    def believed(self: Ender, lease: Lease, *, certain: bool) -> Lease:
        account = self._account
        now = account.fleet.recent().now
        return account.ledger.write(gone(lease, now, None, certain=certain))

    Ender._ended = believed  # type: ignore[method-assign]


FAULTS: Mapping[str, Callable[[], None]] = {"double": double, "forget": forget}

if __name__ == "__main__":
    FAULTS[sys.argv.pop(1)]()
    main()
