"""What keeps a commit from being laid out, in words; nothing is run to find it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.repo.obstacle import obstacle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Folder, MakeFolder

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
FILES: dict[str, str | bytes] = {"a.bin": POINTER, "deep/er/b.bin": POINTER, "c.txt": "text\n"}

UNASKED = (
    "`{}` is kept in LFS, and its pointer alone would be played: "
    'set `filters = ["lfs"]` in `[workspace]` of `wf.toml`'
)
FOREIGN = (
    "`{}` goes through the filter `{}` (`{}`), which no run calls: "
    "have git keep it as it is to be read, or DVC track it"
)
CRYPT = {"filter.crypt.smudge": "crypt smudge", "filter.crypt.clean": "crypt clean"}

CASES = [
    pytest.param({}, {}, "", id="no attributes"),
    pytest.param({".gitattributes": "*.bin -text diff\n"}, CRYPT, "", id="no filter among them"),
    pytest.param(
        {".gitattributes": "*.bin filter=crypt\n"}, {}, "", id="a filter without a driver"
    ),
    pytest.param(
        {".gitattributes": "*.bin filter=crypt\n"},
        {"filter.crypt.clean": "crypt clean"},
        "",
        id="one that cleans alone",
    ),
    pytest.param(
        {".gitattributes": "*.bin filter=strip\n"},
        {"filter.strip.smudge": "cat", "filter.strip.clean": "nbstripout"},
        "",
        id="as nbstripout has it",
    ),
    pytest.param(
        {".gitattributes": "*.c filter=crypt\n"}, CRYPT, "", id="for no file that is there"
    ),
    pytest.param(
        {".gitattributes": "*.bin filter=crypt\nd* -filter\na* !filter\n"},
        CRYPT,
        FOREIGN.format("deep/er/b.bin", "crypt", "crypt smudge"),
        id="taken back for one",
    ),
    pytest.param(
        {".gitattributes": "*.bin filter=crypt\n"},
        CRYPT,
        FOREIGN.format("a.bin", "crypt", "crypt smudge"),
        id="a program",
    ),
    pytest.param(
        {".gitattributes": "[attr]secret filter=crypt\n", "deep/.gitattributes": "b.bin secret\n"},
        CRYPT,
        FOREIGN.format("deep/er/b.bin", "crypt", "crypt smudge"),
        id="by a macro, deep down",
    ),
    pytest.param(
        {".gitattributes": "*.txt filter=a.b\n"},
        {"filter.a.b.process": "serve"},
        FOREIGN.format("c.txt", "a.b", "serve"),
        id="a process",
    ),
    pytest.param({".gitattributes": "*.txt filter=lfs\n"}, {}, "", id="of LFS, and no pointer"),
    pytest.param(
        {".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"},
        {},
        UNASKED.format("a.bin"),
        id="a pointer",
    ),
    pytest.param(
        {"deep/.gitattributes": "/er/** filter=lfs\n"},
        {"filter.lfs.process": "git-lfs filter-process"},
        UNASKED.format("deep/er/b.bin"),
        id="a pointer deep down",
    ),
]


@pytest.mark.parametrize("bare", [False, True], ids=["", "bare"])
@pytest.mark.parametrize(("attributes", "config", "said"), CASES)
def test_filters(
    folder: Folder,
    make_folder: MakeFolder,
    attributes: dict[str, str | bytes],
    config: dict[str, str],
    said: str,
    *,
    bare: bool,
) -> None:
    commit = folder.commit(FILES | attributes)
    place = folder
    if bare:
        place = make_folder("bare.git", "--bare")
        folder.git("push", "--quiet", str(place.path), "main")
    for key, value in config.items():
        place.git("config", key, value)
    assert str(obstacle(place.open(), commit, ()) or "") == said


def test_the_attributes_are_those_of_the_commit_and_of_the_clone(
    folder: Folder, tmp_path: Path
) -> None:
    commit = folder.commit(FILES)
    folder.git("config", "filter.crypt.smudge", "crypt smudge")
    folder.git("config", "core.attributesFile", str(tmp_path / "mine"))
    (tmp_path / "mine").write_text("*.txt filter=crypt\n")
    folder.write({".gitattributes": "*.bin filter=crypt\n"})
    assert obstacle(folder.open(), commit, ()) is None
    (folder.path / ".git/info/attributes").write_text("c.txt filter=crypt\n")
    found = obstacle(folder.open(), commit, ())
    assert str(found) == FOREIGN.format("c.txt", "crypt", "crypt smudge")


def test_links_go_through_no_filter(folder: Folder) -> None:
    folder.git("config", "filter.crypt.smudge", "crypt smudge")
    (folder.path / "link").symlink_to("nowhere")
    commit = folder.commit({".gitattributes": "link filter=crypt\n"})
    assert obstacle(folder.open(), commit, ()) is None


def test_a_pointer_with_an_extension(folder: Folder) -> None:
    extended = POINTER.replace("oid", f"ext-0-case sha256:{'1' * 64}\noid")
    commit = folder.commit({"a.bin": extended, ".gitattributes": "*.bin filter=lfs\n"})
    found = obstacle(folder.open(), commit, ["lfs"])
    assert str(found) == (
        "`a.bin` is kept in LFS with extensions, which are programs that no run calls: "
        "have `git lfs ext` without them, or DVC track it"
    )


def test_names_with_line_ends(folder: Folder) -> None:
    commit = folder.commit({"a\nb.bin": POINTER, ".gitattributes": "*.bin filter=lfs\n"})
    assert str(obstacle(folder.open(), commit, ())) == UNASKED.format("a\nb.bin")
