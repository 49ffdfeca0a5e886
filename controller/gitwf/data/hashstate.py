"""The hashes that DVC remembers, in its sqlite database: what one side has hashed, the other need not.

Where the database of a project is comes from `dvc/repo/__init__.py` (`site_cache_dir`) and
`dvc/dirs.py`; its rows from `dvc_data/hashfile/state.py` and `cache.py`. It is a help, and never
needed: whatever is wrong with it, files are hashed.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import finalize

import msgspec

from gitwf.data.hashes import is_md5, md5_of

if TYPE_CHECKING:
    from sqlite3 import Connection

_SITE = "/Library/Caches/dvc" if sys.platform == "darwin" else "/var/tmp/dvc"  # noqa: S108
"""Where DVC has its databases, if neither the environment nor its configuration says."""

_MAJOR, _SALT = 3, 0
"""Parts of the name of a project's database: DVC's major version, and a number that it has never changed."""

_VERSION = 1
"""The version of the rows that we read and write."""

_AT_ONCE = 999
"""Paths that older sqlite takes in one statement."""

_PATIENCE = 1.0
"""Seconds that we wait for who holds the database."""

_WORTH = 64 << 20
"""Bytes that DVC hashes in about the time that making a database takes."""

_UPSERT = """
INSERT INTO Cache(key, raw, store_time, expire_time, access_time, tag, mode, filename, value)
VALUES (?, 1, 0, null, 0, null, 1, null, ?)
ON CONFLICT(key, raw) DO UPDATE SET value = excluded.value
"""


class _Hash(msgspec.Struct, frozen=True):
    md5: str


class _Row(msgspec.Struct, frozen=True):
    version: int
    checksum: str
    size: int
    hash_info: _Hash


class HashState:
    """The database for the DVC project at ``root``; ``site`` is its `core.site_cache_dir`.

    Nothing is raised: what cannot be read or written is not. Safe for threads.
    """

    def __init__(self, root: Path, site: str | None = None) -> None:
        self._root = root
        self._prefix, self._real = f"{root}/", f"{root.resolve()}/"
        self._birth = root / ".dvc" / "tmp" / "btime"
        self._site = Path(os.environ.get("DVC_SITE_CACHE_DIR") or site or _SITE).absolute()
        self._lock = threading.Lock()
        self._is_usable = True
        self._connection: Connection | None = None

    def known(self, files: Mapping[Path, os.stat_result]) -> dict[Path, str]:
        """Return the md5s on record of files that are as their status says; others are left out."""
        keys = {self._key(path): path for path in files if _is_text(path)}
        with self._lock:
            rows = list(self._rows(list(keys)))
        found: dict[Path, str] = {}
        for key, value in rows:
            md5 = _md5_in(value, files[keys[key]])
            if md5 is not None:
                found[keys[key]] = md5
        return found

    def note(self, hashes: Mapping[Path, tuple[os.stat_result, str]]) -> None:
        """Put the md5s of files on record, in one transaction.

        A database is made where there is none and it will save more time than it takes.
        """
        import sqlite3

        noted = {path: entry for path, entry in hashes.items() if _is_text(path)}
        rows = [(self._key(p), _row(md5, status)) for p, (status, md5) in noted.items()]
        with suppress(OSError, sqlite3.Error):
            with suppress(FileExistsError):
                self._birth.open("x").close()
            file = self._file()
            if rows and file is not None and (file.exists() or self._made(file, hashes)):
                with closing(_opened(file)) as connection, connection:
                    connection.execute("BEGIN IMMEDIATE")
                    connection.executemany(_UPSERT, rows)

    def _key(self, path: Path) -> str:
        """Return what DVC calls ``path``: it knows the project by its real path."""
        name = str(path)
        return self._real + name[len(self._prefix) :] if name.startswith(self._prefix) else name

    def _rows(self, keys: list[str]) -> Iterator[tuple[str, object]]:
        """Yield path and value of the rows with these keys, as far as they can be read."""
        connection = self._connected()
        if connection is None:
            return
        import sqlite3

        try:
            for n in range(0, len(keys), _AT_ONCE):
                some = keys[n : n + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, value FROM Cache WHERE key IN ({marks}) AND raw = 1"  # noqa: S608
                yield from connection.execute(query, some).fetchall()
        except sqlite3.Error:
            self._is_usable = False

    def _connected(self) -> Connection | None:
        if not self._is_usable or self._connection is not None:
            return self._connection if self._is_usable else None
        file = self._file()
        self._is_usable = file is not None and file.exists()
        if file is not None and self._is_usable:
            import sqlite3

            try:
                self._connection = _opened(file)
            except sqlite3.Error:
                self._is_usable = False
            else:
                finalize(self, self._connection.close)
        return self._connection

    def _file(self) -> Path | None:
        """Return where the database is, or would be; None where nobody can say."""
        import getpass

        try:
            born = self._birth.stat().st_mtime
            name = (self._real.rstrip("/"), None, born, getpass.getuser(), _MAJOR, _SALT)
        except (OSError, KeyError):
            return None
        if not _is_text(self._root):
            return None
        return self._site / "repo" / md5_of(str(name).encode()) / "hashes" / "local" / "cache.db"

    def _made(self, file: Path, hashes: Mapping[Path, tuple[os.stat_result, str]]) -> bool:
        """Have DVC make its database, if that is worth it; return whether it is there."""
        if sum(status.st_size for status, _ in hashes.values()) < _WORTH:
            return False
        for folder in (self._site, self._site / "repo"):
            with suppress(FileExistsError):
                folder.mkdir(parents=True)
                folder.chmod(0o777)  # as DVC makes them: it is for all users
        with suppress(Exception):  # any version of its library may be there, and raise anything
            from dvc_data.hashfile.cache import HashesCache

            HashesCache(str(file.parent)).close()
        return file.exists()


def _is_text(path: Path) -> bool:
    """Return whether a name is UTF-8: sqlite holds no other."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _opened(file: Path) -> Connection:
    import sqlite3

    connection = sqlite3.connect(
        f"{file.as_uri()}?mode=rw",
        uri=True,
        timeout=_PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA synchronous = NORMAL")  # as DVC has it
    return connection


def _checksum(status: os.stat_result) -> str:
    """Return what tells one state of a file from another, as `_checksum` of `dvc_data`."""
    token = str(([status.st_ino, status.st_mtime, status.st_size],))
    return str(int(md5_of(token.encode()), 16))


def _row(md5: str, status: os.stat_result) -> str:
    row = _Row(_VERSION, _checksum(status), status.st_size, _Hash(md5))
    return msgspec.json.encode(row).decode()


def _md5_in(value: object, status: os.stat_result) -> str | None:
    """Return the md5 in a row, if it is that of a file with this ``status``."""
    try:
        row = msgspec.json.decode(value if isinstance(value, str | bytes) else b"", type=_Row)
    except (msgspec.DecodeError, UnicodeError):
        return None
    if row.version != _VERSION or row.checksum != _checksum(status):
        return None
    md5 = row.hash_info.md5
    return md5 if is_md5(md5) and not md5.endswith(".dir") else None
