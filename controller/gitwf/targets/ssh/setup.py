"""What makes a machine ready for jobs, such as `pip install -r requirements.txt`: run once per its hash.

It is a job itself, so it outlives a cut, is run by one of many that ask for it at once, and its folder
says for good that it was done.
"""

from __future__ import annotations

import hashlib
import shlex
import time
from collections.abc import Iterable
from contextlib import suppress

from gitwf.targets.files import Item
from gitwf.targets.job import JobFolder
from gitwf.targets.ssh.alone import Alone
from gitwf.targets.ssh.errors import FarError, SshError
from gitwf.targets.ssh.far import Far, Seen
from gitwf.targets.ssh.job import CancelledError, SshJob
from gitwf.targets.ssh.mirror import Mirror

_POLL = 0.2
_AGAIN = 2
_SIGNALLED = 128


def set_up(job: SshJob, text: str, items: Iterable[Item], directory: str, alone: Alone) -> None:
    """Have ``text`` run in ``directory`` there, where neither it nor the files that it names was before.

    Jobs side by side need the same: ``alone`` is held while it is forgotten or begun.

    Raises:
        FarError: if it fails. What it printed is then in the folder of ``job``.
        CancelledError: if the job is cancelled meanwhile.
    """
    name = f"setup-{_key(text, items)}"
    seen = _ended(job, name, text, directory, alone)
    for _ in range(_AGAIN):
        if seen.status is not None and seen.status < _SIGNALLED:
            break
        seen = _ended(job, name, text, directory, alone)  # a job that was cancelled took it along
    if seen.status == 0:
        return
    _show(job.far, name, job.folder, seen)
    raise FarError(_failed(job, seen))


def _key(text: str, items: Iterable[Item]) -> str:
    """Return what names ``text`` with the content of the files of the workspace that it names."""
    words = {word.removeprefix("./") for word in _words(text)}
    named = sorted((item.path, item.content) for item in items if item.path in words)
    return hashlib.sha256(repr((text, named)).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _ended(job: SshJob, name: str, text: str, directory: str, alone: Alone) -> Seen:
    """Start it, if nobody has, and wait for its end."""
    far = job.far
    with alone.turn(job.check):
        seen = _seen(job, name)
        if seen.state in {"gone", "nowhere"} or seen.status:
            job.insist(lambda: far.forget(name))  # it failed, for an earlier job
            job.insist(lambda: far.prepare(name))
        job.insist(lambda: far.begin(name, directory, ("/bin/sh", "-c", text), {}))
    while True:
        try:
            seen = _seen(job, name)
        except CancelledError:
            far.signal(name, "TERM")
            raise
        if seen.state in {"ended", "gone", "nowhere"}:
            return seen
        time.sleep(_POLL)


def _seen(job: SshJob, name: str) -> Seen:
    return job.insist(lambda: job.far.look([name])[name])


def _show(far: Far, name: str, folder: JobFolder, seen: Seen) -> None:
    """Let what it printed stand where the job's own output would, as far as it is there still.

    Another job may have it forgotten meanwhile, to begin it anew.
    """
    mirror, shown = Mirror(far, name, folder), -1
    with suppress(SshError):
        while not mirror.follow(seen) and (size := _size(folder)) > shown:
            shown = size


def _size(folder: JobFolder) -> int:
    return sum(path.stat().st_size for path in (folder.out, folder.err) if path.exists())


def _failed(job: SshJob, seen: Seen) -> str:
    last = (job.folder.tail("err") or job.folder.tail("out")).strip().rpartition("\n")[2][:200]
    how = "vanished" if seen.status is None else f"failed with {seen.status}"
    return f"the `setup` of `{job.far.name}` {how}{f': {last}' if last else ''}"
