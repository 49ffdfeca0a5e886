"""Single files and folders to a machine and from it, as `scp` copies them: whole or not at all."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from gitwf.targets.files import Item
from gitwf.targets.ssh import tar
from gitwf.targets.ssh.bring import bring
from gitwf.targets.ssh.errors import FarError
from gitwf.targets.ssh.far import LONG, Far

_CHUNK = 1 << 18


def put(far: Far, local: Path, remote: str) -> None:
    """Copy the file or folder ``local`` to ``remote``, relative to the home there.

    It goes into a folder that is there already, and in place of a file. Raises OSError where it cannot be
    read, or written there.
    """
    members = list(_members(local))
    heads = sum(len(piece) for name, path in members for piece in _head(name, path))
    size = heads + sum(_content(path) for _, path in members) + len(tar.END)
    script = f"taken {shlex.quote(remote)} {shlex.quote(local.name)} {size}"
    far.feed(script, _archive(members), f"`{remote}` cannot be written", LONG)


def get(far: Far, remote: str, local: Path, draft: Path) -> None:
    """Copy the file or folder ``remote`` to ``local``, or into it where that is a folder.

    ``draft`` is a folder for what has not come whole. Raises OSError where it is not there, or cannot
    be written here.
    """
    reply = far.run(f"given {shlex.quote(remote)}", f"`{remote}` is not there")
    folder, name = reply.text.splitlines()
    files = _Landing(draft / "landing")
    bring(far, folder, files, [name], draft / "parts")
    target = local / name if local.is_dir() else local
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)
    shutil.move(files.root / name, target)


class _Landing(msgspec.Struct, frozen=True):
    """The `Files` of what is copied: a folder where it arrives."""

    root: Path
    outs: Sequence[str] = ()
    kept: Sequence[str] = ()
    folders: Sequence[str] = ()

    def items(self) -> Sequence[Item]:
        """Return nothing: nothing is sent."""
        return ()

    def held(self, md5: str) -> Path | None:  # noqa: ARG002 - it is brought whatever is here
        """Return None."""
        return None


def _members(local: Path) -> Iterator[tuple[str, Path]]:
    """Yield what an archive of ``local`` holds, by the names there: folders before what is in them."""
    yield local.name, local
    for path in sorted(local.rglob("*")) if local.is_dir() else ():
        yield f"{local.name}/{path.relative_to(local).as_posix()}", path


def _content(path: Path) -> int:
    if not path.is_file():
        return 0
    size = path.stat().st_size
    return size + len(tar.padding(size))


def _head(name: str, path: Path) -> Iterator[bytes]:
    status = path.stat()
    if path.is_dir():
        yield tar.folder(name)
    else:
        yield tar.file_header(name, status.st_size, is_executable=bool(status.st_mode & 0o111))


def _archive(members: Sequence[tuple[str, Path]]) -> Iterator[bytes]:
    for name, path in members:
        yield from _head(name, path)
        if path.is_dir():
            continue
        left = path.stat().st_size
        padding = tar.padding(left)
        with path.open("rb", buffering=0) as file:
            while left > 0:
                piece = file.read(min(_CHUNK, left))
                if not piece:
                    raise FarError(f"`{path}` changes while it is sent: let its writer end first")
                left -= len(piece)
                yield piece
        yield padding
    yield tar.END
