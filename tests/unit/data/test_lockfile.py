from __future__ import annotations

import pytest

from gitwf.data import lockfile
from gitwf.data.entry import Entry, Item
from gitwf.data.errors import BrokenFileError, DataError
from gitwf.data.hashes import HashInfo

ONE = """\
  one:
    cmd: cp a b
    deps:
    - path: a
      hash: md5
      md5: d41d8cd98f00b204e9800998ecf8427e
      size: 0
    params:
      params.yaml:
        lr: 0.1
        names: [x, 'no']
    outs:
    - path: b
      hash: md5
      md5: d41d8cd98f00b204e9800998ecf8427e
      size: 0
      isexec: true
"""
TWO = "  two:\n    cmd:\n    - a\n    - b\n"
HEAD = "schema: '2.0'\nstages:\n"
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
FIRST = Entry(
    "cp a b",
    (Item("a", HashInfo(EMPTY, 0)),),
    {"params.yaml": {"lr": 0.1, "names": ["x", "no"]}},
    (Item("b", HashInfo(EMPTY, 0, isexec=True)),),
)


def test_entries_are_read() -> None:
    file = lockfile.parse(HEAD + ONE + TWO)
    assert file.entries() == {"one": FIRST, "two": Entry(("a", "b"))}
    assert file.entry("three") is None


def test_what_is_not_replaced_stays_to_the_byte() -> None:
    changed = lockfile.parse(HEAD + ONE + TWO).with_blocks(
        lockfile.emit_blocks({"two": Entry("c"), "new": Entry("d")})
    )
    assert changed.text() == HEAD + ONE + "  two:\n    cmd: c\n  new:\n    cmd: d\n"


def test_no_text_has_no_entries() -> None:
    assert lockfile.parse("").entries() == {}
    assert (
        lockfile.parse("").with_blocks(lockfile.emit_blocks({"a": Entry("b")})).text()
        == HEAD + "  a:\n    cmd: b\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('schema: "2.0"\nstages:\n' + TWO, id="other-quotes"),
        pytest.param("stages: {two: {cmd: [a, b]}}\nschema: '2.0'\n", id="flow"),
        pytest.param("# mine\n" + HEAD + TWO, id="comment"),
        pytest.param(HEAD + TWO.replace("two", "'two'"), id="quoted-name"),
        pytest.param(HEAD + TWO.rstrip("\n"), id="no-line-end"),
        pytest.param("stages:\n" + TWO + "schema: '2.0'\n", id="other-order"),
    ],
)
def test_what_dvc_would_read_is_read(text: str) -> None:
    file = lockfile.parse(text)
    assert file.entries() == {"two": Entry(("a", "b"))}
    assert (
        file.with_blocks(lockfile.emit_blocks({"two": Entry("c")})).text()
        == HEAD + "  two:\n    cmd: c\n"
    )


def test_sections_that_are_not_ours_are_kept() -> None:
    text = HEAD + TWO + "datasets:\n- name: d\n  type: dvc\n"
    assert (
        lockfile.parse(text).with_blocks(lockfile.emit_blocks({"two": Entry(("a", "b"))})).text()
        == text
    )


BROKEN = [
    ("<<<<<<< HEAD\n", "a merge conflict stands in `dvc.lock`, line 1"),
    (HEAD + "<<<<<<< HEAD\n" + TWO, "a merge conflict stands in `dvc.lock`, line 3"),
    (HEAD + TWO + "=======\r\n", "a merge conflict stands in `dvc.lock`, line "),
    (HEAD + "  a: " + "[" * 10_000 + "]" * 10_000 + "\n  'b': 1\n", "`dvc.lock` is "),
    ("just words\n", "`dvc.lock` is not as DVC writes it"),
    ("schema: '2.0'\nstages:\n  a: {\n", "`dvc.lock` is no valid YAML: "),
    ("schema: '1.0'\nstages: {}\n", "`dvc.lock` is not as DVC writes it"),
    ("schema: '2.0'\nstages: []\n- a\n", "`dvc.lock` is no valid YAML: "),
    ("schema: '2.0'\nstages: [a]\n", "`dvc.lock` is not as DVC writes it"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_file_is_said_with_a_way_out(text: str, message: str) -> None:
    with pytest.raises(BrokenFileError) as caught:
        lockfile.parse(text)
    assert caught.value.message.startswith(message)
    assert caught.value.hint == (
        "mend it, or remove `dvc.lock`: what was executed comes back from the run cache"
    )


ITEM = "    outs:\n    - path: b\n"
WHERE = "`dvc.lock`: stage `x`"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("    deps: []\n", f"{WHERE} is not as DVC writes it", id="no-command"),
        pytest.param(
            f"    cmd: a\n{ITEM}      md5: {EMPTY}\n",
            f"{WHERE}: `b` has a hash of DVC 2",
            id="legacy",
        ),
        pytest.param(
            f"    cmd: a\n{ITEM}      hash: md5\n      md5: ../../secret\n",
            f"{WHERE} is not as DVC writes it",
            id="no-hash",
        ),
        pytest.param(
            f"    cmd: a\n{ITEM}      etag: x\n",
            f"{WHERE}: `b` has `etag`, from storage outside of the repository",
            id="cloud",
        ),
        pytest.param("    cmd: a\n    outs: b\n", f"{WHERE} is not as DVC writes it", id="no-list"),
        pytest.param(
            "    cmd: a\n    params: [b]\n", f"{WHERE} is not as DVC writes it", id="params"
        ),
    ],
)
def test_an_entry_that_is_none_is_refused(body: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        lockfile.parse(f"{HEAD}  x:\n{body}").entry("x")
    assert caught.value.message == message


def test_half_a_file_breaks_only_its_last_entry() -> None:
    text = (HEAD + TWO + ONE)[:-60]
    assert lockfile.parse(text + "\n").entry("two") == Entry(("a", "b"))
