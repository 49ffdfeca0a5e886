"""What was seen of a remote last: kept in the state folder, so that `git wf status` can say it offline."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import structs

from gitwf.repo import disk


class Sighting(msgspec.Struct, frozen=True):
    """When a remote was ``seen`` (as records spell times), its default branch, and what is wrong since.

    ``problem`` is why it was not seen later, ``unpushed`` why records are not pushed.
    """

    seen: str | None = None
    default: str | None = None
    problem: str | None = None
    unpushed: str | None = None


class Sightings:
    """What was seen of the remote ``name``; a cache: without it the next look finds out."""

    def __init__(self, state_dir: Path, name: str) -> None:
        self._path = state_dir / "cache" / "remotes" / f"{quote(name, safe='')}.json"

    def read(self) -> Sighting:
        """Return what was seen last."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Sighting)
        except (FileNotFoundError, msgspec.DecodeError):
            return Sighting()

    def write(self, **changes: str | None) -> None:
        """Change what is known; what stays the same is not written again."""
        known = self.read()
        changed = structs.replace(known, **changes)
        if changed != known:
            disk.replace(self._path, msgspec.json.encode(changed))
