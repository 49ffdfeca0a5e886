"""Laws of `dvc.yaml` and `dvc.lock`: what is written is read back, and the rest stays as it is."""

from __future__ import annotations

import posixpath

from hypothesis import given
from hypothesis import strategies as st

from gitwf.data import lockfile
from gitwf.data.dvcyaml import read_stages
from gitwf.data.entry import Entry, Item
from gitwf.data.hashes import HashInfo
from gitwf.data.mergeyaml import differs, merge_stages
from gitwf.plan.stage import Out, OutKind, Stage

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1
)
names = st.text("abcdefgh-_019", min_size=1, max_size=8)
commands = texts.filter(str.strip) | st.lists(texts, min_size=1, max_size=3).map(tuple)
paths = st.text("ab/.#:' é{", min_size=1, max_size=6).filter(
    lambda path: path.strip("/. ") and not path.startswith("/") and ":/" not in path
)
kinds = st.sampled_from(OutKind)
outs = st.builds(Out, paths, kinds, st.booleans(), st.booleans())
params = st.dictionaries(
    names.map(lambda name: f"{name}.yaml"),
    st.none() | st.sets(names, min_size=1).map(sorted).map(tuple),
)


@st.composite
def stage_lists(draw: st.DrawFn) -> list[Stage]:
    """Draw stages of different names, no path of which stands twice in one."""
    return [
        Stage(name, draw(commands), draw(st.sampled_from([".", "w"])), deps, draw(params), found)
        for name in draw(st.lists(names, unique=True, min_size=1, max_size=4))
        for deps, found in [_apart(draw(st.lists(paths)), draw(st.lists(outs)))]
    ]


def _apart(deps: list[str], found: list[Out]) -> tuple[tuple[str, ...], tuple[Out, ...]]:
    plain: set[str] = set()

    def is_new(path: str) -> bool:
        new = posixpath.normpath(path) not in plain
        plain.add(posixpath.normpath(path))
        return new

    return tuple(filter(is_new, deps)), tuple(out for out in found if is_new(out.path))


@given(stage_lists(), stage_lists())
def test_stages_that_are_merged_are_there_and_the_others_stay(
    before: list[Stage], after: list[Stage]
) -> None:
    text = merge_stages(merge_stages(None, before), after)
    wanted = {stage.name: stage for stage in [*before, *after]}
    assert differs(text, wanted.values()) == []
    assert list(read_stages(text)) == list(wanted)
    assert merge_stages(text, after) == text


hashes = st.builds(
    HashInfo,
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.none() | st.integers(0, 10**12),
    st.none() | st.integers(0, 10**6),
    st.booleans(),
)
items = st.lists(st.builds(Item, paths, hashes), max_size=3).map(
    lambda found: tuple(sorted(found, key=lambda item: item.path))
)
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
entries = st.builds(
    Entry,
    commands,
    items,
    st.dictionaries(names, st.dictionaries(names, values, min_size=1, max_size=3), max_size=2),
    items,
)
locks = st.dictionaries(names, entries, max_size=4)


@given(locks, locks)
def test_entries_that_are_merged_are_read_back(
    before: dict[str, Entry], after: dict[str, Entry]
) -> None:
    old = lockfile.parse(lockfile.Lockfile().with_blocks(lockfile.emit_blocks(before)).text())
    new = lockfile.parse(old.with_blocks(lockfile.emit_blocks(after)).text())
    assert new.entries() == before | after
    kept = before.keys() - after.keys()
    assert {name: new.blocks[name] for name in kept} == {name: old.blocks[name] for name in kept}
