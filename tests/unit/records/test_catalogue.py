"""The cache of runs: it grows, shrinks, and a full disk or a spoilt file do no harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.records import catalogue
from gitwf.records.catalogue import Catalogue, Run
from gitwf.records.fold import RunRecord

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FullDisk

    from gitwf.repo.repository import Repository


class Describer:
    """Answers for git, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, ref: str, tip: str) -> Run | None:
        self.asked += 1
        record = RunRecord(ref, "w.wf", "c", "t", None, "k" * 64, "running")
        return None if tip == "nothing" else Run(ref, tip, record, (tip,))


def _file(repository: Repository) -> Path:
    [path] = (repository.state_dir / "cache").iterdir()
    return path


def test_what_is_known_is_not_asked_again(repository: Repository) -> None:
    describe = Describer()
    tips = {"a": "1", "b": "1", "c": "nothing"}
    first = Catalogue(repository, describe).look_up(tips)
    again = Catalogue(repository, describe).look_up({"b": "1", "a": "1"})
    assert [run.ref for run in first] == ["a", "b"]
    assert [run.ref for run in again] == ["b", "a"]
    assert describe.asked == 3


def test_a_moved_ref_is_asked_for_again(repository: Repository) -> None:
    describe = Describer()
    cache = Catalogue(repository, describe)
    seen = [cache.look_up({"a": tip})[0].tip for tip in ("1", "2", "1", "1")]
    assert seen == ["1", "2", "1", "1"]
    assert describe.asked == 3


def test_the_file_does_not_grow_without_end(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_SLACK", 5)
    describe = Describer()
    cache = Catalogue(repository, describe)
    for tip in range(50):
        cache.look_up({"a": str(tip)})
    assert len(_file(repository).read_bytes().splitlines()) <= 7
    assert Catalogue(repository, describe).look_up({"a": "49"})[0].tip == "49"
    assert describe.asked == 50


def test_a_full_disk_does_no_harm(repository: Repository, full_disk: FullDisk) -> None:
    describe = Describer()
    tips = {f"ref-{number}": "1" for number in range(1000)}
    with full_disk():
        assert len(Catalogue(repository, describe).look_up(tips)) == 1000
    assert len(Catalogue(repository, describe).look_up(tips)) == 1000
    assert len(_file(repository).read_bytes().splitlines()) == 1000


@pytest.mark.parametrize("content", [b"", b"[1]\n", b"\xff", b'{"ref":'])
def test_a_spoilt_file_is_written_anew(repository: Repository, content: bytes) -> None:
    describe = Describer()
    Catalogue(repository, describe).look_up({"a": "1"})
    whole = _file(repository).read_bytes()
    _file(repository).write_bytes(content)
    assert len(Catalogue(repository, describe).look_up({"a": "1"})) == 1
    assert _file(repository).read_bytes() == whole
