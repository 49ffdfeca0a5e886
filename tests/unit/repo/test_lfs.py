"""Pointers of LFS: what git-lfs takes for one, and nothing else."""

from __future__ import annotations

import subprocess

import pytest
from tests.gitlfs import needs_git_lfs

from gitwf.repo.lfs import Pointer, parse

OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
VERSION = "version https://git-lfs.github.com/spec/v1\n"
TEXT = f"{VERSION}oid sha256:{OID}\nsize 12345\n"
POINTER = Pointer(OID, 12345)

CASES = [
    pytest.param(TEXT, POINTER, id="as the specification has it"),
    pytest.param(TEXT.replace("git-lfs", "hawser"), POINTER, id="before the release"),
    pytest.param(TEXT.strip(), POINTER, id="without its last line end"),
    pytest.param(TEXT.replace("\n", "\r\n"), POINTER, id="with line ends of Windows"),
    pytest.param(
        f"{VERSION}ext-0-foo sha256:{OID}\noid sha256:{OID}\nsize 12345\n",
        Pointer(OID, 12345, is_extended=True),
        id="with an extension",
    ),
    pytest.param(TEXT.replace("12345", "0"), Pointer(OID, 0), id="of nothing"),
    pytest.param("", None, id="an empty file"),
    pytest.param("1,2\n3,4\n", None, id="data"),
    pytest.param(VERSION, None, id="its first line alone"),
    pytest.param(TEXT + "more of it\n", None, id="with a line more"),
    pytest.param(TEXT.replace("v1", "v9"), None, id="of a version that is not known"),
    pytest.param(TEXT.replace("sha256", "md5"), None, id="by another hash"),
    pytest.param(TEXT.replace(OID, OID.upper()), None, id="in capitals"),
    pytest.param(TEXT.replace(OID, "../" * 21 + "x"), None, id="with a path for its hash"),
    pytest.param(TEXT.replace("12345", "-1"), None, id="of less than nothing"),
    pytest.param(TEXT.replace("12345", "many"), None, id="of a size that is no number"),
    pytest.param(f"{VERSION}size 12345\noid sha256:{OID}\n", None, id="in another order"),
    pytest.param(TEXT + "\n" * 1024, None, id="too long"),
]


@pytest.mark.parametrize(("text", "pointer"), CASES)
def test_what_is_a_pointer(text: str, pointer: Pointer | None) -> None:
    assert parse(text.encode()) == pointer


LEFT = {"an empty file", "too long"}
"""What git-lfs takes for a pointer when it is asked, and leaves as it is all the same."""


@needs_git_lfs
@pytest.mark.parametrize(("text", "pointer"), [case for case in CASES if case.id not in LEFT])
def test_git_lfs_says_the_same(text: str, pointer: Pointer | None) -> None:
    words = ["git", "lfs", "pointer", "--check", "--no-strict", "--stdin"]
    said = subprocess.run(words, input=text.encode(), capture_output=True, check=False)
    assert (said.returncode == 0) == (pointer is not None)


def test_bytes_that_are_no_text_are_none() -> None:
    assert parse(TEXT.encode() + b"\xff") is None
