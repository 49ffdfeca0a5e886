"""Files on the other machine by what is in them: each is sent once, and workspaces are made of them.

Small files go as one stream, large ones each by itself and from where a cut left off. What has arrived
whole, by its hash, is moved into the store; so what is there is never half of anything.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from gitwf.targets.files import Files, Item
from gitwf.targets.ssh import tar
from gitwf.targets.ssh.alone import Alone
from gitwf.targets.ssh.claim import NOBODYS, Claim
from gitwf.targets.ssh.errors import FarError
from gitwf.targets.ssh.far import LONG, Far
from gitwf.targets.ssh.outgoing import Archive, Check, Rest, name_of

_LARGE = 1 << 24
"""Bytes from which a file is sent by itself."""

_STREAM = 1 << 26
"""Bytes of small files that are sent at a time: what a cut may cost."""

_ASKED = 4096
"""Contents that are asked for at a time."""

_TRIES = 2

T = TypeVar("T")


class Insist(Protocol):
    """Does again what was cut off."""

    def __call__(self, act: Callable[[], T]) -> T:
        """Return what ``act`` gives in the end."""


class Sending:
    """Sends the files of jobs into the store of ``far``. Safe for threads: one sends at a time."""

    def __init__(self, far: Far) -> None:
        self._far = far
        self._alone = Alone()

    def workspace(
        self,
        job: str,
        files: Files,
        items: Sequence[Item],
        insist: Insist,
        check: Check,
        claim: Claim = NOBODYS,
    ) -> None:
        """Make the workspace of ``job``, of ``files``, which are ``items``.

        ``insist`` does again what was cut off, ``check`` raises where nothing more is wanted. Raises
        OSError where a file cannot be read or changes meanwhile, and `FarError`.
        """
        with self._alone.turn(check):
            self._fill(files.root, items, insist, check)
        archive = b"".join(_links(f"work/{job}.links/", items, files.folders))
        script = f"assemble {shlex.join((job, str(len(archive)), claim.run, claim.owner))}"
        insist(lambda: self._far.feed(script, [archive], "its workspace cannot be made", LONG))

    def _fill(self, root: Path, items: Sequence[Item], insist: Insist, check: Check) -> None:
        """Send what the store lacks of ``items``."""
        named = {name_of(item): item for item in items if item.target is None}
        lacking = [named[name] for name in insist(lambda: self._missing(list(named)))]
        small = [item for item in lacking if item.size < _LARGE]
        for batch in _batches(small):
            insist(partial(self._send_small, root, batch, check))
        for item in lacking:
            if item.size >= _LARGE:
                self._send_large(root, item, insist, check)

    def _missing(self, names: Sequence[str]) -> list[str]:
        found: list[str] = []
        for some in _parts(names):
            reply = self._far.run(f"missing {shlex.join(some)}", "its store cannot be read")
            found += reply.text.split()
        return found

    def _send_small(self, root: Path, items: Sequence[Item], check: Check) -> None:
        archive = Archive(root, items, check)
        script = f"unpack {secrets.token_hex(8)} {archive.size}"
        self._far.feed(script, archive, "files cannot be sent", LONG)

    def _send_large(self, root: Path, item: Item, insist: Insist, check: Check) -> None:
        for _ in range(_TRIES):
            if insist(lambda: self._sent(root, item, check)):
                return
        raise FarError(f"`{self._far.name}`: `{item.path}` changed on its way: try again")

    def _sent(self, root: Path, item: Item, check: Check) -> bool:
        """Send the rest of a large file; return whether it is whole and in the store now."""
        name = name_of(item)
        had = int(self._far.run(f"arrived {name} {item.size}", "its store cannot be read").text)
        rest = Rest(root, item, had, check)
        reply = self._far.feed(
            f"receive {name} {item.size - had}", rest, f"`{item.path}` cannot be sent", LONG
        )
        has = int(self._far.run(f"arrived {name}", "its store cannot be read").text)
        far_md5 = reply.text.split()[0] if had == 0 and reply.text.split() else self._md5(name)
        if has < item.size and reply.text:
            raise self._far.problem(f"`{item.path}` cannot be sent", reply)
        if has != item.size or far_md5 not in {"", rest.md5()}:
            self._far.run(f"rm -f incoming/{name}", "")
            return False
        self._far.run(
            f"store {name} {755 if item.is_executable else 644}", "its store cannot be written"
        )
        return True

    def _md5(self, name: str) -> str:
        """Return the hash of what has arrived there; empty where nothing there can tell it."""
        words = self._far.run(
            f'[ -z "$wf_md5" ] || $wf_md5 incoming/{name}', "a file cannot be read", LONG
        ).text.split()
        return words[0] if words else ""


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and size + item.size > _STREAM:
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


def _links(prefix: str, items: Iterable[Item], folders: Iterable[str]) -> Iterator[bytes]:
    for path in folders:
        yield tar.folder(f"{prefix}{path}")
    for item in items:
        if item.target is not None:
            yield tar.link(f"{prefix}{item.path}", item.target)
        else:
            yield tar.hard_link(f"{prefix}{item.path}", f"objects/{name_of(item)}")
    yield tar.END


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _ASKED):
        yield names[start : start + _ASKED]
