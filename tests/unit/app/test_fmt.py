from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from gitwf.app.fmt import fmt
from gitwf.app.session import UsageError
from gitwf.language.format.spelling import UNICODE

if TYPE_CHECKING:
    from tests.conftest import Folder

FILES: dict[str, str | bytes] = {
    "a.wf": "/a&&/b\n",
    "flows/b.wf": "/b",
    "flows/deep/right.wf": "/c\n",
    "flows/broken.wf": "/d →\n",
    ".hidden/e.wf": "/e  f\n",
}


def changed(folder: Folder, *paths: str, write: bool = False, within: str = ".") -> list[str]:
    made = fmt(folder.path / within, paths, UNICODE, write=write)
    return [change.path for change in made.changes]


def test_all_files_of_the_repository(folder: Folder) -> None:
    folder.write(FILES)
    made = fmt(folder.path / "flows", [], UNICODE, write=True)
    assert [change.path for change in made.changes] == ["a.wf", "flows/b.wf"]
    assert made.files == 4
    assert [text.splitlines()[0] for text in made.findings.rendered()] == [
        "flows/broken.wf:1:5: WF103 expected a command"
    ]
    assert (folder.path / "a.wf").read_text() == "/a && /b\n"
    assert (folder.path / "flows/broken.wf").read_text() == FILES["flows/broken.wf"]
    assert changed(folder) == []


def test_files_and_folders_are_named_from_where_one_stands(folder: Folder) -> None:
    folder.write(FILES)
    assert changed(folder, "b.wf", "../a.wf", "b.wf", within="flows") == ["flows/b.wf", "a.wf"]
    assert changed(folder, "flows") == ["flows/b.wf"]
    assert changed(folder, ".hidden/e.wf") == [".hidden/e.wf"]


def test_without_write_nothing_is_written(folder: Folder) -> None:
    folder.write(FILES)
    assert changed(folder, "a.wf") == ["a.wf"]
    assert (folder.path / "a.wf").read_text() == FILES["a.wf"]


def test_a_file_that_is_not_there(folder: Folder) -> None:
    folder.write(FILES)
    with pytest.raises(UsageError) as caught:
        fmt(folder.path, ["a.wf", "nofile.wf"], UNICODE, write=True)
    assert caught.value.message == "there is no file `nofile.wf`"
    assert (folder.path / "a.wf").read_text() == FILES["a.wf"]


def test_links_and_permissions_stay(folder: Folder) -> None:
    folder.write({"real/a.wf": "/a;"})
    (folder.path / "real/a.wf").chmod(0o711)
    (folder.path / "a.wf").symlink_to("real/a.wf")
    fmt(folder.path, ["a.wf"], UNICODE, write=True)
    assert (folder.path / "a.wf").is_symlink()
    assert (folder.path / "real/a.wf").read_text() == "/a\n"
    assert (folder.path / "real/a.wf").stat().st_mode & 0o777 == 0o711


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("/a&&/b\n", id="a-line"),
        pytest.param("/a;/b", id="no-line-end"),
        pytest.param("\ufeff/a\r\n  /b\r\n", id="bom-and-crlf"),
        pytest.param("\n\n", id="becomes-empty"),
        pytest.param("/a '\u2028'  b\n", id="a-line-separator-in-a-line"),
    ],
)
def test_the_diff_is_a_patch_that_git_takes(folder: Folder, text: str) -> None:
    folder.write({"a.wf": text})
    (change,) = fmt(folder.path, ["a.wf"], UNICODE, write=False).changes
    subprocess.run(["git", "apply"], cwd=folder.path, input=change.diff().encode(), check=True)
    assert (folder.path / "a.wf").read_bytes() == change.after.encode()
