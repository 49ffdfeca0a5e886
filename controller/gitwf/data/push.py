"""Pushes to the default DVC remote while runs go on: it never fails one, and never keeps one waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from gitwf.data.cache import Cache
from gitwf.data.hashes import HashInfo
from gitwf.data.project import Project
from gitwf.data.remote import Remote, RemoteError, default_remote
from gitwf.data.unpushed import Pushed, Unpushed

_BATCH = 64
"""Names that go to the remote in one request, and are then noted as pushed."""

_PATIENCE = 1.0, 300.0
"""Seconds between two tries after one that failed, and the most that they grow to."""


class _Place(msgspec.Struct, frozen=True):
    """Where from and where to: a cache, its project's default remote, and what that was given."""

    cache: Cache
    remote: Remote
    pushed: Pushed


class Pusher:
    """Pushes in a thread of its own what waits below ``state_dir``. Safe for threads."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self.unpushed = Unpushed(state_dir)
        self._changed = threading.Condition()
        self._places: dict[Path, _Place] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._asked = 0
        self._tried = 0
        self._hurried = False

    def offer(self, project: Project, names: Iterable[str]) -> None:
        """Have ``names`` pushed to the default remote of ``project``, but those that are there."""
        place = self._place(project)
        if place is not None:
            new = [name for name in names if name not in place.pushed]
            self.unpushed.add(place.cache.root, new)
            self._wake(new)

    def resume(self, project: Project) -> None:
        """Go on with what waits of the cache of ``project``."""
        place = self._place(project)
        if place is not None:
            self._wake(self.unpushed.names(place.cache.root))

    def has(self, project: Project, names: Iterable[str]) -> bool:
        """Return whether all of ``names`` were pushed to the default remote of ``project``."""
        place = self._place(project)
        return place is not None and all(name in place.pushed for name in names)

    def settle(self, seconds: float | None = None) -> None:
        """Have all that waits tried now, and wait until it was, for so many seconds at most."""
        with self._changed:
            asked, self._hurried = self._asked, True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._tried >= asked or self._closed, seconds)

    def close(self) -> None:
        """End; what is not pushed waits for the next pusher."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for place in self._places.values():
            place.remote.close()
        if self._thread is not None:
            self._thread.join()

    def _place(self, project: Project) -> _Place | None:
        """Return where what ``project`` caches goes; None where it has no default remote."""
        remote = default_remote(project.config)  # its own: no fetch waits for a push
        if remote is None:
            return None
        with self._changed:
            known = self._places.get(project.cache.root)
            if known is None or not known.remote.is_set_up_as(remote):
                known = _Place(project.cache, remote, Pushed(self._state_dir, remote.url))
                self._places[project.cache.root] = known
            return known

    def _wake(self, names: list[str]) -> None:
        if not names:
            return
        with self._changed:
            self._asked += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="git-wf-push", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            self._push_for_good()
        finally:
            with self._changed:
                self._closed = True  # whatever ended it: nobody waits for it
                self._changed.notify_all()

    def _push_for_good(self) -> None:
        import random

        patience, most = _PATIENCE
        while not self._closed:
            with self._changed:
                asked, places = self._asked, list(self._places.values())
                self._hurried = False
            problems = [problem for place in places if (problem := self._push(place))]
            if not self._closed:
                self.unpushed.note(problems[0] if problems else None)
            with self._changed:
                self._tried = asked
                self._changed.notify_all()
                if problems:
                    pause = patience * random.uniform(0.5, 1.0)  # noqa: S311  (no secret)
                    self._changed.wait_for(lambda: self._hurried or self._closed, pause)
                    patience = min(2 * patience, most)
                else:
                    self._changed.wait_for(lambda: self._asked > self._tried or self._closed)
                    patience = _PATIENCE[0]

    def _push(self, place: _Place) -> str | None:
        """Try all that waits of a cache; return what kept some of it from being pushed, or None."""
        cache, problem = place.cache, None
        names = self.unpushed.names(cache.root)
        try:
            for start in range(0, len(names), _BATCH):
                batch = _Batch(cache, names[start : start + _BATCH])
                failed = batch.push(place.remote)
                place.pushed.add(name for name in batch.whole if name not in failed)
                self.unpushed.remove(cache.root, (n for n in batch.names if n not in failed))
                problem = problem or next(iter(failed.values()), None)
        except (RemoteError, OSError) as error:
            problem = str(error)
        return problem


class _Batch:
    """What goes to the remote in one go: of ``names`` those that are ``whole`` in the cache.

    The others were lost meanwhile, and can be pushed no more.
    """

    def __init__(self, cache: Cache, names: list[str]) -> None:
        self._cache = cache
        self.names = names
        self._members = {name: _members(cache, name) for name in names}
        self.whole = [name for name in names if all(map(self._is_here, self._parts(name)))]

    def push(self, remote: Remote) -> dict[str, str]:
        """Push; return the names that failed, and why. A folder's listing goes behind its files."""
        files = dict.fromkeys(
            part for name in self.whole for part in self._members[name] or (name,)
        )
        failed = dict(remote.put(self._located(files)))
        for name in (name for name in self.whole if self._members[name]):
            why = next((failed[part] for part in self._parts(name) if part in failed), None)
            failed.update({name: why} if why else remote.put(self._located([name])))
        return failed

    def _parts(self, name: str) -> tuple[str, ...]:
        return (*self._members[name], name)

    def _is_here(self, name: str) -> bool:
        if name.startswith("runs/"):
            return (self._cache.root / name).is_file()
        return self._cache.objects.size(_md5(name)) is not None

    def _located(self, names: Iterable[str]) -> list[tuple[Path, str]]:
        return [(self._cache.root / name, name) for name in names]


def _members(cache: Cache, name: str) -> tuple[str, ...]:
    """Return the names of the files of a folder's listing; none for anything else."""
    if not name.endswith(".dir"):
        return ()
    return tuple(cache.objects.name(md5) for md5 in cache.files(HashInfo(_md5(name))) or ())


def _md5(name: str) -> str:
    return "".join(name.split("/")[-2:])
