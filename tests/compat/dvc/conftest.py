"""One project, played by the installed `dvc` and by us, for all tests that compare the two."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from gitwf.data.dvcyaml import read_stages
from gitwf.data.execute import begin, restore, save
from gitwf.data.look import Look, look
from gitwf.data.project import Project
from gitwf.plan.stage import Stage

STAGES = r"""
stages:
  prepare:
    cmd: mkdir -p out && cp -r source out/folder && cp tool out/tool && chmod +x out/tool
    deps: [tool, source]
    outs: [out/folder, out/tool]
  train:
    cmd:
    - cp out/folder/a.txt model.bin
    - "echo '{\"accuracy\": 0.90, \"größe\": [1, null]}' > metrics.json"
    - echo 1 > kept.json; echo 2 > plot.csv; test \${HOME} != nothing
    deps: [out/folder]
    params:
    - rate
    - nested.answer
    - missing
    - list.1
    - other.toml:
    - more.json: [a.b]
    metrics:
    - metrics.json
    - kept.json:
        cache: false
    outs: [model.bin]
    plots: [plot.csv]
  below:
    wdir: work
    cmd: cp ../model.bin copy.bin
    deps: [../model.bin, ./local.txt]
    params: [depth]
    outs: [copy.bin]
  growing:
    cmd: echo more >> log.txt
    deps: [model.bin]
    outs:
    - log.txt:
        persist: true
  uncached:
    cmd: cp model.bin plain.bin
    deps: [model.bin]
    outs:
    - plain.bin:
        cache: false
  alone:
    cmd: echo "a very long line that a writer of YAML folds somewhere" > alone.txt && cat alone.txt
    outs: [alone.txt]
  only-params:
    cmd: touch empty
    params: [rate]
    outs: [empty]
"""
PARAMS = """\
rate: 1e-05
nested:
  answer: yes
  other: 1
missing: null
list: [0, {x: "1.0"}]
"""


class Dvc:
    """The installed `dvc`, run as a person runs it."""

    def __init__(self, home: Path) -> None:
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "SHELL": "/bin/sh",
            "LANG": "C.UTF-8",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(home / "site"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_NAME": "Ada" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "ada@example.org" for who in ("AUTHOR", "COMMITTER")},
        }

    def __call__(self, folder: Path, *arguments: str) -> str:
        return self.run(folder, "dvc", *arguments)

    def run(self, folder: Path, *command: str) -> str:
        done = subprocess.run(
            command, cwd=folder, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def dvc(tmp_path_factory: pytest.TempPathFactory) -> Dvc:
    return Dvc(tmp_path_factory.mktemp("dvc-home"))


@pytest.fixture(autouse=True)
def _own_site_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))


@pytest.fixture(scope="session")
def template(dvc: Dvc, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed project that has never been run."""
    root = tmp_path_factory.mktemp("template") / "project"
    (root / "source" / "below").mkdir(parents=True)
    (root / "source" / "empty").mkdir()
    (root / "work").mkdir()
    dvc.run(root, "git", "init", "-q", "-b", "main")
    dvc(root, "init", "-q")
    for name, text in {
        "dvc.yaml": STAGES,
        "params.yaml": PARAMS,
        "other.toml": 'b = [1, 2.5]\na = { x = "y" }\n',
        "more.json": '{"a": {"b": 1.50}}',
        "work/params.yaml": "depth: 010\n",
        "work/local.txt": "",
        "source/a.txt": "words\n" * 100,
        "source/below/ü b.txt": "ü",
        "source/below/gone.tmp": "left out",
        "tool": "#!/bin/sh\n",
        ".dvcignore": "# comment\n*.tmp\n",
        "source/.gitignore": "/nothing\n",
    }.items():
        (root / name).write_text(text, encoding="utf-8")
    (root / "tool").chmod(0o755)
    dvc.run(root, "git", "add", "-A")
    dvc.run(root, "git", "commit", "-qm", "a project")
    return root


@pytest.fixture(scope="session")
def copied(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return a function that makes a fresh copy of the project."""

    def copy() -> Path:
        root = tmp_path_factory.mktemp("copy") / "project"
        shutil.copytree(template, root, symlinks=True)
        return root

    return copy


class Played(msgspec.Struct, frozen=True):
    """A project in which every stage was looked at, and executed or restored."""

    root: Path
    looks: dict[str, Look]


def stages_of(root: Path) -> Iterator[Stage]:
    for stage in read_stages((root / "dvc.yaml").read_text(encoding="utf-8")).values():
        assert isinstance(stage, Stage), stage
        yield stage


def play_here(root: Path) -> Played:
    project = Project.open(root)
    looks: dict[str, Look] = {}
    for stage in stages_of(root):
        seen = looks[stage.name] = look(project, stage)
        if seen.entry is not None:
            restore(project, stage, seen)
            continue
        begin(project, stage)
        for line in [stage.cmd] if isinstance(stage.cmd, str) else stage.cmd:
            subprocess.run(["/bin/sh", "-c", line], cwd=root / stage.wdir, check=True)
        save(project, stage, seen)
    return Played(root, looks)


@pytest.fixture(scope="session")
def play() -> Callable[[Path], Played]:
    return play_here


@pytest.fixture(scope="session")
def theirs(dvc: Dvc, copied: Callable[[], Path]) -> Path:
    """The project as `dvc repro` leaves it."""
    root = copied()
    dvc(root, "repro")
    return root


@pytest.fixture(scope="session")
def ours(copied: Callable[[], Path]) -> Played:
    """The project as we leave it."""
    return play_here(copied())


@pytest.fixture
def with_cache_of(copied: Callable[[], Path]) -> Callable[[Path], Path]:
    """Return a function that makes a fresh copy with the cache of another."""

    def make(other: Path) -> Path:
        root = copied()
        shutil.copytree(other / ".dvc" / "cache", root / ".dvc" / "cache")
        return root

    return make
