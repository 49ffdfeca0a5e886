"""What a job wrote, brought back: only what is not here, by its hash, and put in place whole."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from gitwf.repo.disk import room
from gitwf.targets.files import Files
from gitwf.targets.ssh.errors import FarError
from gitwf.targets.ssh.far import LONG, Far

_LARGE = 1 << 26
"""Bytes from which a file is brought by itself, from where a cut left off."""

_STREAM = 1 << 26
"""Bytes of smaller files that are brought at a time."""

_KEPT = 1 << 20
"""Bytes from which what a job wrote is kept there."""

_UNKNOWN = "-"
_CHUNK = 1 << 20
_GROUP = 5000
"""Files that are described at a time."""


class Found(msgspec.Struct, frozen=True):
    """A file that a job wrote. ``md5`` is ``-`` where the machine cannot tell."""

    path: str
    md5: str
    size: int
    is_executable: bool


def bring(
    far: Far, job: str, files: Files, paths: Sequence[str], draft: Path, *, whole: bool = True
) -> None:
    """Put what ``job`` wrote at ``paths`` into the workspace of ``files``, and take away what it did not.

    Where this is not the ``whole``, what is not there yet takes nothing away. ``draft`` is a folder here
    for what has not come whole; it may be called again after a cut, and goes on from there. Raises as `Link.request`, `FarError` where something cannot be read there, and
    `StorageFullError` where there is no room here.
    """
    if not paths:
        return
    kinds, names = _listed(far, job, paths)
    found = [f for some in _parts(names) for f in _described(far, job, some)]
    with room(draft):
        draft.mkdir(parents=True, exist_ok=True)
        _fetch(far, job, found, files, draft)
        uses = Counter(map(_key, found))
        for path, kind in zip(paths, kinds, strict=True):
            if kind == _UNKNOWN and not whole:
                continue
            _put(files.root / path, path, kind, found, draft, uses)
        shutil.rmtree(draft)
    _offer(far, job, found)


def _offer(far: Far, job: str, found: Iterable[Found]) -> None:
    """Have the store there keep large files that a job wrote: a next job that reads them is sent none."""
    large = [one for one in found if one.size >= _KEPT and one.md5 != _UNKNOWN]
    words = [word for one in large for word in (_key(one), one.path)]
    if words:
        far.run(f"offer {shlex.join((job, *words))}", "its store cannot be written")


def _listed(far: Far, job: str, paths: Sequence[str]) -> tuple[list[str], list[str]]:
    reply = far.run(
        f"listed {shlex.join((job, *paths))}", "what the job wrote cannot be read", LONG
    )
    *kinds, names = reply.output.split(b"\n", len(paths))
    if b"\n" in names:
        raise FarError(f"`{far.name}`: the job wrote a file with a line end in its name")
    decoded = [os.fsdecode(name) for name in names.split(b"\0") if name]
    return [kind.decode() for kind in kinds], decoded


def _described(far: Far, job: str, names: Sequence[str]) -> Iterator[Found]:
    what = "what the job wrote cannot be read"
    asked = _asked(names)
    reply = far.feed(f"described {shlex.quote(job)} {len(asked)}", [asked], what, LONG)
    lines = iter(os.fsdecode(reply.output).splitlines())
    left = list(names)
    while left:
        count = int(next(lines))
        md5s = [next(lines).removeprefix("\\").split()[0] for _ in range(count)]
        sizes = [int(next(lines).split()[0]) for _ in range(count)]
        if count > 1:
            next(lines)  # the total
        flags = [next(lines) == "x" for _ in range(count)]
        yield from map(Found, left[:count], md5s, sizes, flags)
        left = left[count:]


def _fetch(far: Far, job: str, found: Iterable[Found], files: Files, draft: Path) -> None:
    """Have each of ``found`` in ``draft``, by its hash: what is held here already, or what is brought."""
    wanted: dict[str, Found] = {}
    for one in found:
        place = draft / _key(one)
        if place.exists() or _key(one) in wanted or _is_held(one, files, place):
            continue
        if one.size >= _LARGE:
            _fetch_large(far, job, one, draft)
        else:
            wanted[_key(one)] = one
    for batch in _batches(wanted.values()):
        _fetch_small(far, job, batch, draft)


def _is_held(one: Found, files: Files, place: Path) -> bool:
    """Put what is held here already at ``place``; return whether it is, and what it should be."""
    held = files.held(one.md5) if one.md5 != _UNKNOWN else None
    if held is None:
        return False
    _whole(place, partial(shutil.copyfile, held))
    return _md5(place) == one.md5


def _fetch_small(far: Far, job: str, batch: Sequence[Found], draft: Path) -> None:
    asked = _asked([one.path for one in batch])
    split = _Split(batch, draft, far.name)
    far.root()
    reply = far.link.feed(f"contents {shlex.quote(job)} {len(asked)}", [asked], LONG, split.take)
    if reply.status or split.left:
        raise far.problem("what the job wrote cannot be brought", reply)


def _fetch_large(far: Far, job: str, one: Found, draft: Path) -> None:
    partial = draft / f"{_key(one)}.part"
    base = far.run(
        f"(outs_of {shlex.quote(job)} && pwd)", "what the job wrote is gone"
    ).text.strip()
    with partial.open("ab", buffering=0) as file:
        have = file.tell()
        far.piece(f"{base}/{one.path}", have, one.size - have, file.write, LONG)
    if partial.stat().st_size != one.size or _md5(partial) != one.md5 != _UNKNOWN:
        partial.unlink()
        raise _changed(far.name, one.path)
    partial.rename(draft / _key(one))


class _Split:
    """Parts a stream into the files that it is made of."""

    def __init__(self, batch: Sequence[Found], draft: Path, name: str) -> None:
        self.left = list(batch)
        self._draft = draft
        self._name = name
        self._held = bytearray()

    def take(self, data: bytes) -> None:
        self._held += data
        while self.left and len(self._held) >= self.left[0].size:
            one = self.left.pop(0)
            content = bytes(self._held[: one.size])
            del self._held[: one.size]
            if one.md5 not in {_UNKNOWN, hashlib.md5(content, usedforsecurity=False).hexdigest()}:
                raise _changed(self._name, one.path)
            _whole(self._draft / _key(one), partial(_write, content))


def _put(
    target: Path, path: str, kind: str, found: Iterable[Found], draft: Path, uses: Counter[str]
) -> None:
    """Put an out in place of what is at ``target``: a file, a folder, or nothing."""
    ready = draft / "ready"
    _remove(ready)
    if kind == "folder":
        ready.mkdir()
        for one in found:
            if one.path.startswith(f"{path}/"):
                _place(one, ready / one.path.removeprefix(f"{path}/"), draft, uses)
    elif kind == "file":
        _place(next(one for one in found if one.path == path), ready, draft, uses)
    _remove(target)
    if kind != _UNKNOWN:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(ready, target)


def _place(one: Found, to: Path, draft: Path, uses: Counter[str]) -> None:
    """Put one file where it belongs; what is there several times is copied, but for the last time."""
    source = draft / _key(one)
    uses[_key(one)] -= 1
    to.parent.mkdir(parents=True, exist_ok=True)
    if uses[_key(one)]:
        shutil.copyfile(source, to)
    else:
        source.rename(to)
    if one.is_executable:
        mode = to.stat().st_mode
        to.chmod(mode | (mode & 0o444) >> 2)


def _key(one: Found) -> str:
    """Return the name of a file in the draft: one for each content and mode, and each that has no hash."""
    content = hashlib.sha256(os.fsencode(one.path)).hexdigest() if one.md5 == _UNKNOWN else one.md5
    return f"{content}.x" if one.is_executable else content


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _whole(place: Path, write: Callable[[Path], object]) -> None:
    partial = place.with_name(f"{place.name}.new")
    write(partial)
    partial.rename(place)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _asked(names: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(name) + b"\0" for name in names)


def _batches(found: Iterable[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for one in found:
        if batch and size + one.size > _STREAM:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size
    if batch:
        yield batch


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _GROUP):
        yield names[start : start + _GROUP]


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _changed(name: str, path: str) -> FarError:
    return FarError(
        f"`{name}`: `{path}` changed while it was brought back: something goes on there"
    )
