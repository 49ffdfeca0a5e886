"""Who holds a lease, and who of them can be told to be gone."""

from __future__ import annotations

import os
import subprocess

import pytest
from msgspec import structs

from gitwf.reconcile.sharing.holder import Holder, is_gone, read_holder, this_holder


@pytest.fixture
def me() -> Holder:
    return this_holder("machine:clone")


def test_a_holder_is_read_as_it_is_written(me: Holder) -> None:
    assert read_holder(str(me)) == me
    assert (me.owner, me.pid) == ("machine:clone", os.getpid())
    assert [read_holder(text) for text in ("", "a:b", "a:b:c:d", "somebody")] == [None] * 4


def test_a_process_that_lives_is_not_gone(me: Holder) -> None:
    assert not is_gone(me, me)
    assert not is_gone(me, structs.replace(me, clone="other", pid=1))


def test_a_process_that_ended_is_gone_and_one_with_its_id_is_another(me: Holder) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert is_gone(structs.replace(me, pid=ended.pid), me)
    boot, _, rest = me.mark.partition(" ")
    start, _, names = rest.partition("/")
    other = f"{boot} {int(start) + 1}/{names}"
    assert is_gone(structs.replace(me, mark=other), me)


@pytest.mark.parametrize("change", ["machine", "boot", "namespace"])
def test_nobody_can_tell_of_another_machine_start_or_container(me: Holder, change: str) -> None:
    boot, _, rest = me.mark.partition(" ")
    start, _, names = rest.partition("/")
    gone = structs.replace(me, pid=2**22 + 1)
    others = {
        "machine": structs.replace(gone, machine="other"),
        "boot": structs.replace(gone, mark=f"other {start}/{names}"),
        "namespace": structs.replace(gone, mark=f"{boot} {start}/pid:[1]"),
    }
    assert is_gone(gone, me)
    assert not is_gone(others[change], me)
