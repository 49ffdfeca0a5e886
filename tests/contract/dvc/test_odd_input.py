"""What breaks others: DVC and we take it the same, or both refuse it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from gitwf.data.errors import DataError
from gitwf.data.project import Project

if TYPE_CHECKING:
    from gitwf.data.look import Look

DIGITS_AND_ONE_E = "46793"
"""Its md5 is 401013266745e5661589292315434968: to YAML 1.2 a number, where it is not in quotes."""

COPY = {"cmd": "cp in out", "deps": ["in"], "params": ["k"], "outs": ["out"]}
SCALARS = ["yes", "1e-05", "null", "010", "1_000", "2.50", "'null'", "1234e5", "on", "~", ".5"]


class Dvc(Protocol):
    def repro(self, root: Path) -> list[str]: ...
    def refuses(self, root: Path) -> str: ...


Play = Callable[[Path], "dict[str, Look]"]
Make = Callable[..., Path]


@pytest.fixture
def make(lay_out: Callable[..., Path], files_of: Callable[[Mapping[str, str]], object]) -> Make:
    """Lay out a project of some stages and files."""

    def laid_out(stages: Mapping[str, object], **files: str) -> Path:
        named = {name.replace("__", "."): text for name, text in files.items()}
        return lay_out(files_of({"dvc.yaml": json.dumps({"stages": stages}), **named}))

    return laid_out


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_value_and_a_hash_that_yaml_takes_for_numbers(
    dvc: Dvc, play: Play, left: Callable[[Path], object], make: Make, scalar: str
) -> None:
    files = {"in": DIGITS_AND_ONE_E, "params__yaml": f"k: {scalar}\n"}
    theirs, ours = make({"copy": COPY}, **files), make({"copy": COPY}, **files)
    dvc.repro(theirs)
    play(ours)
    assert left(ours) == left(theirs)
    assert dvc.repro(ours) == []
    assert play(theirs)["copy"].unchanged


@pytest.mark.parametrize("size", [0, 1, 20, 90, -20])
def test_half_an_entry_of_the_run_cache_is_none(
    dvc: Dvc, play: Play, make: Make, size: int
) -> None:
    root = make({"copy": COPY}, **{"in": "1", "params__yaml": "k: 1\n"})
    play(root)
    (entry,) = root.glob(".dvc/cache/runs/*/*/*")
    whole = entry.read_bytes()
    entry.write_bytes(whole[:size])
    (root / "dvc.lock").unlink()
    assert play(root)["copy"].entry is None
    assert entry.read_bytes() == whole
    assert dvc.repro(root) == []


@pytest.mark.parametrize("size", [5, 30])
def test_half_a_lock_file_is_said_by_both(dvc: Dvc, play: Play, make: Make, size: int) -> None:
    root = make({"copy": COPY}, **{"in": "1", "params__yaml": "k: 1\n"})
    play(root)
    lock = root / "dvc.lock"
    lock.write_bytes(lock.read_bytes()[:size])
    assert "dvc.lock" in dvc.refuses(root)
    with pytest.raises(DataError) as caught:
        play(root)
    assert "`dvc.lock`" in str(caught.value)


@pytest.mark.parametrize(
    ("stages", "files", "reason"),
    [
        pytest.param(
            {"a": {"cmd": "echo ${HOME} > o", "outs": ["o"]}},
            {},
            "a: its templates do not resolve: could not find `HOME`",
            id="shell-variable",
        ),
        pytest.param(
            {"a": {"cmd": "a", "outs": ["o"]}, "b": {"cmd": "b", "outs": ["o/p"]}},
            {},
            "a: its out `o` holds `o/p`, an out of `b`",
            id="out-in-an-out",
        ),
        pytest.param(
            {"a": {"cmd": "touch o", "outs": ["o"]}},
            {"o__dvc": "outs:\n- path: o\n"},
            "`o` cannot be an out: `o.dvc` tracks it",
            id="tracked-out",
        ),
        pytest.param(
            {"a": {"foreach": "${no}", "do": {"cmd": "a"}}},
            {},
            "a: its templates do not resolve: could not find `no`",
            id="no-such-list",
        ),
        pytest.param(
            {"a": {"cmd": "mkfifo o", "outs": ["o"]}},
            {},
            "`{root}/o` is neither a file nor a folder",
            id="pipe",
        ),
    ],
)
def test_what_dvc_refuses_we_refuse(
    dvc: Dvc,
    play: Play,
    make: Make,
    stages: Mapping[str, object],
    files: Mapping[str, str],
    reason: str,
) -> None:
    assert dvc.refuses(make(stages, **files))
    root = make(stages, **files)
    with pytest.raises((DataError, AssertionError)) as caught:
        play(root)
    assert str(caught.value).splitlines()[0].partition(" (")[0] == reason.replace(
        "{root}", str(root)
    )


def test_another_s_lock_with_hashes_of_dvc_2_is_refused_by_name(play: Play, make: Make) -> None:
    root = make({"copy": COPY}, **{"in": "1", "params__yaml": "k: 1\n"})
    play(root)
    lock = root / "dvc.lock"
    lock.write_text(lock.read_text().replace("      hash: md5\n", ""))
    with pytest.raises(DataError) as caught:
        Project.open(root).lockfile().entry("copy")
    assert str(caught.value) == (
        "`dvc.lock`: stage `copy`: `in` has a hash of DVC 2 "
        "(`dvc cache migrate --dvc-files` writes those of DVC 3)"
    )


LINKS = {
    "to a file": "ln -s in out",
    "to a file elsewhere": "mkdir -p below && cp in below/file && ln -s below/file out",
    "to a folder": "mkdir -p below && cp in below/file && ln -s below out",
    "in a folder": "mkdir out && ln -s ../in out/link && ln -s ../below out/other",
}


@pytest.mark.parametrize("links", ["copy", "hardlink", "symlink"])
@pytest.mark.parametrize("link", LINKS)
def test_an_out_that_is_a_link(
    dvc: Dvc, play: Play, left: Callable[[Path], object], make: Make, link: str, links: str
) -> None:
    stages = {"copy": {"cmd": LINKS[link], "deps": ["in"], "outs": ["out"]}}
    theirs, ours = make(stages, **{"in": "text"}), make(stages, **{"in": "text"})
    for root in (theirs, ours):
        (root / ".dvc" / "config.local").write_text(f"[cache]\n    type = {links}\n")
        (root / "below").mkdir()
    dvc.repro(theirs)
    play(ours)
    assert left(ours) == left(theirs)
    assert dvc.repro(ours) == []
    assert play(theirs)["copy"].unchanged


def test_a_link_that_leads_nowhere_is_no_out(dvc: Dvc, play: Play, make: Make) -> None:
    stages = {"copy": {"cmd": "ln -s nothing out", "deps": ["in"], "outs": ["out"]}}
    assert "out" in dvc.refuses(make(stages, **{"in": "text"}))
    with pytest.raises(DataError) as caught:
        play(make(stages, **{"in": "text"}))
    assert caught.value.args[0] == "`copy` did not write `out`"
