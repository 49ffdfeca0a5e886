"""Projects that nobody thought of: DVC and we play them the same, and go on from one another."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from gitwf.data.look import Look

PLAYED = 'echo {name} >> "$DVC_ROOT/../played"'
"""What each command does first, so that it can be told what was executed."""

SCALARS = [
    "1", "1e-05", "1.50", "yes", "null", "~", "010", "0x1F", "1_000", "'1'", "12345678e0", "true", "ü", "''",
    "[1, {a: b}]", "{x: {y: no}}", ".5", "on", '"${no}"', "2026-11-22x",
]  # fmt: skip
PARAMS = {
    "other.toml": 'lr = 1e-3\n[net]\nlayers = [1, 2.5]\nname = "ü"\n',
    "more.json": '{"lr": 1.50, "net": {"layers": [1, null]}}',
    "args.py": "lr = 0.1\npair = (1, 2)\nclass net:\n    layers = [1, 2]\n    name = 'x'\n",
}
KEYS = ["lr", "net.layers", "net"]
SOURCES = {
    "raw.txt": "raw\n",
    "empty": "",
    "tool.sh": "#!/bin/sh\n",
    "with space ü.csv": "a,b\n",
    "folder/a.txt": "a",
    "folder/below/ü": "b",
    "folder/left.tmp": "left out",
}
OUTS: Sequence[Mapping[str, object]] = [
    {}, {"cache": False}, {"persist": True}, {"push": False}, {"desc": "words"},
]  # fmt: skip
LINKED = ["file", "ü file", "folder"]
"""What may be a link into the cache. Not what is executable: DVC has one exec bit for all links."""


@st.composite
def projects(draw: st.DrawFn) -> Mapping[str, str]:
    """Draw the files of a project whose stages read sources, and what stages before them wrote."""
    known = ["raw.txt", "empty", "tool.sh", "with space ü.csv", "folder", "folder/a.txt"]
    links = draw(st.sampled_from([None, None, "copy", "hardlink", "symlink"]))
    kinds = LINKED if links in {"hardlink", "symlink"} else [*LINKED, "tool"]
    stages: dict[str, object] = {}
    for number in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(["train", "Ü-b", "s_1"])) + str(number)
        stages[name] = draw(bodies(name, known, kinds))
    if draw(st.booleans()):
        stages["group"] = draw(groups())
    files = {**SOURCES, **PARAMS, ".dvcignore": "*.tmp\n", "inner/params.yaml": "k0: 7\nt: 8\n"}
    files["params.yaml"] = "t: 5\n" + "".join(
        f"k{n}: {scalar}\n" for n, scalar in enumerate(draw(st.lists(st.sampled_from(SCALARS))))
    )
    files["params.yaml"] += "k0: 0\n" if "k0:" not in files["params.yaml"] else ""
    if links:
        files[".dvc/config"] = f"[cache]\n    type = {links}\n"
    files["dvc.yaml"] = json.dumps({"stages": stages}, ensure_ascii=False)
    if draw(st.booleans()):
        below = {"below": draw(bodies("below", ["../raw.txt", "../folder"], kinds))}
        files["sub folder/dvc.yaml"] = json.dumps({"stages": below}, ensure_ascii=False)
        files["sub folder/params.yaml"] = "k0: 3\nt: 2\n"
        files["sub folder/inner/params.yaml"] = "k0: 4\n"
        files.update({f"sub folder/{file}": text for file, text in PARAMS.items()})
        files.update({f"sub folder/inner/{file}": text for file, text in PARAMS.items()})
    files.update({f"inner/{file}": text for file, text in PARAMS.items()})
    return files


@st.composite
def bodies(draw: st.DrawFn, name: str, known: list[str], kinds: Sequence[str]) -> dict[str, object]:
    """Draw the fields of a stage; what it writes is ``known`` to those behind it."""
    wdir = draw(st.sampled_from([None, "inner"]))
    up = "../" if wdir else ""
    deps = draw(st.lists(st.sampled_from(known), unique=True, max_size=2).map(_apart))
    commands = [PLAYED.format(name=name)]
    body: dict[str, object] = {"deps": [up + dep for dep in deps]} if deps else {}
    if wdir:
        body["wdir"] = wdir
    for section, outs in draw(written(name, kinds)).items():
        body[section] = [{out: flags} if flags else out for out, flags, _ in outs]
        commands += [command for _, _, command in outs]
        known += [f"{wdir}/{out}" if wdir else out for out, _, _ in outs]
    params = draw(st.lists(st.sampled_from(["k0", *PARAMS]), unique=True, max_size=2))
    if params:
        keys = st.sampled_from([None, *([key] for key in KEYS)])
        body["params"] = [p if p == "k0" else {p: draw(keys)} for p in params]
    if draw(st.booleans()):
        commands.append("echo ${t} \\${HOME} > /dev/null")
    body["cmd"] = draw(st.sampled_from([" && ".join(commands), "\n".join(commands), commands]))
    body.update(draw(st.sampled_from([{}, {}, {"always_changed": True}, {"desc": "d", "meta": 1}])))
    return body


Written = dict[str, list[tuple[str, dict[str, object], str]]]


@st.composite
def written(draw: st.DrawFn, name: str, kinds: Sequence[str]) -> Written:
    """Draw outs by section: the path, its settings, and the command that writes it."""
    found: Written = {}
    for out, flags in draw(
        st.lists(
            st.tuples(st.sampled_from(kinds), st.sampled_from(OUTS)),
            unique_by=lambda out: out[0],
            max_size=2,
        )
    ):
        path = f"{name} {out}"
        quoted = shlex.quote(path)
        command = {
            "tool": f"echo x > {quoted} && chmod +x {quoted}",
            "folder": f"mkdir -p {quoted}/below && echo 1 > {quoted}/below/ü && touch {quoted}/e",
        }.get(out, f"echo {name} > {quoted}")
        found.setdefault("outs", []).append((path, dict(flags), command))
    for section in draw(st.sets(st.sampled_from(["metrics", "plots"]))):
        path = f"{name}.{section}.json"
        choices = [{}, {"cache": False}, *([{"x": "a", "y": "b"}] if section == "plots" else [])]
        flags = draw(st.sampled_from(choices))
        found[section] = [(path, dict(flags), f"echo '{{\"m\": 1.50}}' > {path}")]
    return found


@st.composite
def groups(draw: st.DrawFn) -> dict[str, object]:
    """Draw stages that are made from a template."""
    command = PLAYED.format(name="${key}")
    names = {"a": 1, "b c": "two", "0.5": None}
    if draw(st.booleans()):
        do = {"cmd": f"{command} && touch 'of ${{key}}'", "params": ["k0"], "outs": ["of ${key}"]}
        return {"foreach": names, "do": do}
    return {
        "matrix": {"m": ["x", 0.1], "n": [{"deep": True}, 2]},
        "cmd": f"{command} && echo ${{item.m}} > m-${{key}}",
        "deps": ["raw.txt"],
        "outs": ["m-${key}"],
    }


def _apart(paths: list[str]) -> list[str]:
    """Return ``paths`` without those in another: DVC takes both, and so do we, but it says little."""
    return [p for p in paths if not any(p.startswith(f"{other}/") for other in paths)]


class Dvc(Protocol):
    def repro(self, root: Path) -> list[str]: ...


class Suite(Protocol):
    def __call__(self, dvc: Dvc, files: Mapping[str, str]) -> None: ...


@pytest.fixture(scope="session")
def suite(
    lay_out: Callable[..., Path],
    play: Callable[[Path], dict[str, Look]],
    left: Callable[[Path], object],
    files_of: Callable[[Mapping[str, str]], object],
) -> Suite:
    """Play a project with DVC and with us; then each goes on from what the other left."""

    def hold(dvc: Dvc, files: Mapping[str, str]) -> None:
        project = files_of(files)
        theirs, ours = lay_out(project), lay_out(project)
        dvc.repro(theirs)
        looks = play(ours)
        assert left(ours) == left(theirs)
        assert sorted(played(ours)) == sorted(played(theirs))

        always = [name for name, seen in looks.items() if _is_always_played(seen)]
        again = play(theirs)
        assert [name for name, seen in again.items() if not seen.unchanged] == always
        assert [_plain(name) for name in dvc.repro(ours)] == [_plain(name) for name in always]

        restored_here, restored_there = lay_out(project, theirs), lay_out(project, ours)
        play(restored_here)
        dvc.repro(restored_there)
        assert sorted(played(restored_here)) == sorted(played(restored_there))
        assert left(restored_here) == left(restored_there)

    return hold


def played(root: Path) -> list[str]:
    """Return the commands that were executed in the project, and forget them."""
    path = root.parent / "played"
    names = path.read_text().split("\n") if path.exists() else []
    path.unlink(missing_ok=True)
    return names


def _is_always_played(seen: Look) -> bool:
    return "always" in seen.reason


def _plain(name: str) -> str:
    """Return a stage's name as DVC addresses it: `folder/dvc.yaml:name`."""
    return name.replace("dvc.yaml:", "")


FEW = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@FEW
@given(files=projects())
def test_dvc_and_we_are_the_same(suite: Suite, dvc: Dvc, files: Mapping[str, str]) -> None:
    suite(dvc, files)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(FEW, max_examples=80)
@given(files=projects())
def test_dvc_and_we_are_the_same_at_length(
    suite: Suite, dvc: Dvc, files: Mapping[str, str]
) -> None:
    suite(dvc, files)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(FEW, max_examples=20)
@given(files=projects())
def test_the_oldest_dvc_and_we_are_the_same(
    suite: Suite, oldest_dvc: Dvc, files: Mapping[str, str]
) -> None:
    suite(oldest_dvc, files)
