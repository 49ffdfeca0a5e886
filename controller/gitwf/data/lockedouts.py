"""The outs that `dvc.lock` files hold, by their path in the repository."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from gitwf.data import lockfile
from gitwf.data.errors import DataError
from gitwf.data.hashes import HashInfo
from gitwf.data.ownstages import OwnStages
from gitwf.data.templates import Read
from gitwf.plan.stage import Stage


def locked_outs(
    folders: Iterable[str], read: Read, has: Callable[[str], bool]
) -> Iterator[tuple[str, HashInfo]]:
    """Yield path and content of each out in the `dvc.lock` of ``folders``.

    ``read`` and ``has`` are as for `OwnStages`. What cannot be read holds nothing.
    """
    own = OwnStages(read, has)
    for folder in folders:
        text = read(posixpath.normpath(posixpath.join(folder, lockfile.NAME)))
        try:
            entries = lockfile.parse(text or "").entries()
            stages = own.of(folder) if entries else {}
        except DataError:
            continue
        for name, entry in entries.items():
            stage = stages.get(name)
            place = stage.place if isinstance(stage, Stage) else folder
            for out in entry.outs:
                yield posixpath.normpath(posixpath.join(place, out.path)), out.content
