"""DVC's state is a help, and never needed: whatever it is, files are hashed."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gitwf.data.hasher import Hasher
from gitwf.data.hashes import md5_of
from gitwf.data.hashstate import HashState

TEXT, RECORDED = b"text", "0123456789abcdef0123456789abcdef"
SETTLED = 1_700_000_000_123_456_789


@pytest.fixture
def file(root: Path) -> Path:
    path = root / "a"
    path.write_bytes(TEXT)
    os.utime(path, ns=(SETTLED, SETTLED))
    return path


@pytest.fixture
def database(root: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database that DVC's own library has made, in which the file has another hash than it has."""
    from dvc_data.hashfile.cache import HashesCache

    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    (root / ".dvc" / "tmp").mkdir(exist_ok=True)
    (root / ".dvc" / "tmp" / "btime").touch()
    place = HashState(root)._file()
    assert place is not None
    HashesCache(str(place.parent)).close()
    HashState(root).note({file: (file.stat(), RECORDED)})
    return place


def hashed(root: Path, file: Path) -> str:
    return Hasher(state=HashState(root)).file(file).md5


def rows(database: Path) -> dict[str, dict[str, object]]:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT key, value FROM Cache").fetchall()
    return {key: json.loads(value) for key, value in found}


def test_what_is_on_record_is_not_read(root: Path, file: Path, database: Path) -> None:
    assert hashed(root, file) == RECORDED
    os.utime(file, ns=(SETTLED, SETTLED + 1_000_000))
    assert hashed(root, file) == md5_of(TEXT)
    assert list(rows(database)) == [str(file)]


def test_a_name_that_is_no_text_is_passed_over(root: Path, file: Path, database: Path) -> None:
    odd = root / os.fsdecode(b"\xff")
    odd.write_bytes(TEXT)
    os.utime(odd, ns=(SETTLED, SETTLED))
    hasher = Hasher(state=HashState(root))
    assert [info.md5 for info in (hasher.file(odd), hasher.file(file))] == [md5_of(TEXT), RECORDED]
    hasher.note()
    assert list(rows(database)) == [str(file)]


def test_many_files_are_asked_for_at_once(root: Path, database: Path) -> None:
    folder = root / "folder"
    folder.mkdir()
    statuses = {}
    for n in range(2500):
        path = folder / str(n)
        path.touch()
        statuses[path] = path.stat(), f"{n:032x}"
    HashState(root).note(statuses)
    found = HashState(root).known({path: status for path, (status, _) in statuses.items()})
    assert found == {path: md5 for path, (_, md5) in statuses.items()}
    assert len(rows(database)) == 2501


def test_what_was_hashed_is_noted_when_it_is_old_enough_to_tell(
    root: Path, file: Path, database: Path
) -> None:
    old, young, changed, gone = (root / name for name in ("old", "young", "changed", "gone"))
    hasher = Hasher(state=HashState(root))
    for path in (old, changed, gone):
        path.write_bytes(TEXT)
        os.utime(path, ns=(SETTLED, SETTLED))
        hasher.file(path)
    changed.write_bytes(b"more text")
    gone.unlink()
    young.write_bytes(TEXT)
    ahead = young.stat().st_mtime_ns + 10**12
    os.utime(young, ns=(ahead, ahead))
    hasher.file(young)
    hasher.note()
    assert rows(database).keys() == {str(file), str(old)}
    assert rows(database)[str(old)]["hash_info"] == {"md5": md5_of(TEXT)}


def test_a_project_behind_a_link_is_known_by_its_real_path(
    root: Path, file: Path, database: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    assert hashed(link, link / "a") == RECORDED
    HashState(link).note({link / "a": (file.stat(), md5_of(TEXT))})
    assert rows(database)[str(file)]["hash_info"] == {"md5": md5_of(TEXT)}


def damaged(database: Path) -> None:
    with database.open("rb+") as file:
        file.seek(100)
        file.write(b"\xff" * 8000)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def changed(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def made_a_folder(database: Path) -> None:
    database.unlink()
    database.mkdir()


ODD: dict[str, Callable[[Path], object]] = {
    "gone": lambda db: db.unlink(),
    "empty": lambda db: os.truncate(db, 0),
    "text": lambda db: db.write_text("no database " * 1000),
    "damaged": damaged,
    "a folder": made_a_folder,
    "other tables": lambda db: changed(db, "ALTER TABLE Cache RENAME TO Other"),
    "newer rows": lambda db: changed(
        db, "UPDATE Cache SET value = replace(value, '\"version\":1', '\"version\":2')"
    ),
    "no json": lambda db: changed(db, "UPDATE Cache SET value = '{'"),
    "numbers": lambda db: changed(db, "UPDATE Cache SET value = 7"),
    "no hash": lambda db: changed(db, "UPDATE Cache SET value = replace(value, '0123', '../x')"),
    "another hash": lambda db: changed(db, "UPDATE Cache SET value = replace(value, 'md5', 'x')"),
    "of a folder": lambda db: changed(
        db, "UPDATE Cache SET value = replace(value, 'cdef\"', 'cdef.dir\"')"
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_whatever_it_is_files_are_hashed(root: Path, file: Path, database: Path, odd: str) -> None:
    ODD[odd](database)
    hasher = Hasher(state=HashState(root))
    assert hasher.file(file).md5 == md5_of(TEXT)
    hasher.note()


def test_a_place_that_cannot_be_written_is_no_fault(
    root: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").write_text("a file")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    os.truncate(file, 65 << 20)
    os.utime(file, ns=(SETTLED, SETTLED))
    hasher = Hasher(state=HashState(root))
    hasher.file(file)
    hasher.note()
    assert (tmp_path / "site").read_text() == "a file"


def test_who_holds_it_is_waited_for_and_then_done_without(
    root: Path, file: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitwf.data.hashstate._PATIENCE", 0.05)
    hold = (
        "import sqlite3, sys\n"
        f"held = sqlite3.connect({str(database)!r}, isolation_level=None)\n"
        "held.execute('PRAGMA locking_mode = EXCLUSIVE'); held.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        hasher = Hasher(state=HashState(root))
        hasher.file(file)
        hasher.remember(file, md5_of(TEXT), file.stat())
        hasher.note()
        holder.communicate()
    assert rows(database)[str(file)]["hash_info"] == {"md5": RECORDED}


def test_many_threads_ask_at_once(root: Path, file: Path, database: Path) -> None:
    state, found = HashState(root), []
    threads = [
        threading.Thread(target=lambda: found.append(state.known({file: file.stat()})))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{file: RECORDED}] * 8
    assert database.exists()
