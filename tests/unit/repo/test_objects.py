"""Reading objects through the process that stays."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING

import pytest

from gitwf.repo.errors import GitError, NotARepositoryError
from gitwf.repo.objects import Entry, Objects

if TYPE_CHECKING:
    from tests.conftest import Folder, MakeFolder

FILES: dict[str, str | bytes] = {
    "a": "text\n",
    "bin": b"\x00\xff\n\n",
    "empty": "",
    "d/b": "b",
    "d/e/ü \t'\"x": "c",
    "dd/x": "d",
    "new\nline/a\nb": "e",
}


class _Interrupted:
    """A pipe at which the user presses Ctrl-C after the first line."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.readline = pipe.readline
        self.close = pipe.close

    def read(self, _: int) -> bytes:
        raise KeyboardInterrupt


@pytest.fixture(params=["sha1", "sha256"])
def filled(request: pytest.FixtureRequest, make_folder: MakeFolder) -> Folder:
    folder = make_folder("filled", f"--object-format={request.param}")
    folder.write({"run.sh": "#!/bin/sh\n"})
    (folder.path / "run.sh").chmod(0o755)
    (folder.path / "link").symlink_to("a")
    folder.commit(FILES)
    return folder


def test_files_are_read_as_they_are(filled: Folder) -> None:
    objects = filled.open().objects
    for path, content in FILES.items():
        expected = content if isinstance(content, bytes) else content.encode()
        assert objects.blob("HEAD", path) == expected


@pytest.mark.parametrize("path", ["none", "d", "d/none", "a/b", "", "./a", "d/../a", "a\nb"])
def test_what_is_no_file_is_none(filled: Folder, path: str) -> None:
    assert filled.open().objects.blob("HEAD", path) is None


def test_list_equals_gits_own(filled: Folder) -> None:
    objects = filled.open().objects
    lines = filled.git("ls-tree", "-r", "-z", "HEAD").split("\0")
    fields = (line.partition("\t") for line in lines if line)
    expected = {path: Entry(head.split()[0], head.split()[2]) for head, _, path in fields}
    assert objects.list("HEAD") == expected
    assert objects.list("HEAD", "d/") == {p: e for p, e in expected.items() if p.startswith("d/")}
    assert objects.list("HEAD", "d") == objects.list("HEAD", "d/")
    assert objects.list("HEAD", "run.sh") == {"run.sh": expected["run.sh"]}
    assert objects.list("HEAD", "none") == {}
    assert objects.list("none") == {}
    assert {e.mode for e in expected.values()} == {"100644", "100755", "120000"}


def test_a_blob_written_is_read_again(filled: Folder) -> None:
    objects = filled.open().objects
    id_ = objects.write_blob(b"new\n")
    found = objects.read(id_)
    assert found is not None
    assert (found.id, found.kind, found.data) == (id_, "blob", b"new\n")


def test_a_file_written_is_read_again_byte_by_byte(filled: Folder) -> None:
    filled.git("config", "core.autocrlf", "input")
    path = filled.path / "large \udcff"
    path.write_bytes(b"1\r\n\xff")
    objects = filled.open().objects
    found = objects.read(objects.write_file(path))
    assert found is not None
    assert found.data == b"1\r\n\xff"


def test_an_ambiguous_id_is_an_error(folder: Folder) -> None:
    objects = folder.open().objects
    ids = [objects.write_blob(text) for text in (b"142", b"784")]
    assert ids[0][:4] == ids[1][:4]
    with pytest.raises(GitError) as caught:
        objects.read(ids[0][:4])
    assert str(caught.value) == f"`{ids[0][:4]}` is the beginning of more than one object's id"


def test_threads_share_it(filled: Folder) -> None:
    objects = filled.open().objects
    expected = [objects.blob("HEAD", path) for path in FILES]

    def read_all(_: int) -> bool:
        return [objects.blob("HEAD", path) for path in FILES] == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read_all, range(100)))


def test_it_goes_on_after_it_was_closed(filled: Folder) -> None:
    objects = filled.open().objects
    assert objects.blob("HEAD", "a") == b"text\n"
    objects.close()
    objects.close()
    assert objects.blob("HEAD", "bin") == FILES["bin"]


def test_a_process_that_was_ended_is_replaced(filled: Folder) -> None:
    objects: Objects = filled.open().objects
    for _ in range(3):
        assert objects.blob("HEAD", "a") == b"text\n"
        process = objects._process._process
        assert process is not None
        process.kill()
        process.wait()


def test_an_interrupted_answer_is_not_taken_for_the_next(
    filled: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects: Objects = filled.open().objects
    assert objects.read("HEAD") is not None
    process = objects._process._process
    assert process is not None
    assert process.stdout is not None

    with monkeypatch.context() as patch:
        patch.setattr(process, "stdout", _Interrupted(process.stdout))
        with pytest.raises(KeyboardInterrupt):
            objects.read("HEAD:a")
    assert objects.blob("HEAD", "bin") == FILES["bin"]


def test_a_repository_that_is_gone_is_reported(filled: Folder) -> None:
    objects: Objects = filled.open().objects
    shutil.rmtree(filled.path / ".git")
    with pytest.raises(NotARepositoryError):
        objects.read("HEAD")


def test_an_interrupt_at_the_keyboard_does_not_reach_it(filled: Folder) -> None:
    objects: Objects = filled.open().objects
    objects.read("HEAD")
    process = objects._process._process
    assert process is not None
    assert os.getsid(process.pid) == process.pid
