"""What is known of our pods, on the disk before anything is asked for: a folder for each.

``pods/NAME/`` holds `lease.json`, and while there is a pod the key pair that it lets in and the host key
that it showed. Whoever finds the folder after a crash knows what may cost money.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gitwf.repo import disk
from gitwf.targets.runpod.keys import key_of, public_of, write_pair
from gitwf.targets.runpod.lease import Lease, State

_LEASE = "lease.json"
_SECRET = ("key", "key.pub", "known_hosts")


class Ledger:
    """The pods of a clone, below ``folder``. Safe for threads. ``account`` is the key of the account."""

    def __init__(self, folder: Path, account: str = "") -> None:
        self.folder = folder
        self._account = account
        self._lock = threading.Lock()

    def begin(self, lease: Lease) -> str:
        """Write down a pod that is about to be asked for; return the public key that it must let in."""
        place = self.folder / lease.name
        place.mkdir(parents=True, exist_ok=True)
        public = write_pair(place / "key", key_of(self._account, lease.name))
        self.write(lease)
        for folder in (place, self.folder, self.folder.parent):
            disk.sync_folder(folder)
        return public

    def write(self, lease: Lease) -> Lease:
        """Write down what is known now, on the disk when this returns."""
        place = self.folder / lease.name
        with self._lock:
            text = msgspec.json.format(msgspec.json.encode(lease), indent=1)
            disk.replace(place / _LEASE, text)
            disk.sync_folder(place)
        if lease.state is State.GONE:
            for name in _SECRET:
                (place / name).unlink(missing_ok=True)
        return lease

    def read(self, name: str) -> Lease | None:
        """Return what is known of a pod, or None."""
        try:
            text = (self.folder / name / _LEASE).read_bytes()
            return msgspec.json.decode(text, type=Lease)
        except (OSError, msgspec.DecodeError):
            return None

    def public_of(self, name: str) -> str:
        """Return the public key that a pod of this name lets in, be it known here or not."""
        return public_of(key_of(self._account, name))

    def public(self, name: str) -> str:
        """Return the public key that a pod lets in. Raises OSError where there is none."""
        return (self.folder / name / "key.pub").read_text().strip()

    def place(self, name: str) -> Path:
        """Return the folder of a pod."""
        return self.folder / name

    def leases(self, run: str | None = None) -> Iterator[Lease]:
        """Yield what is known of all pods, or of those of one run, in the order of their names."""
        for place in sorted(self.folder.glob("*/")):
            lease = self.read(place.name)
            if lease is not None and run in {None, lease.run}:
                yield lease
