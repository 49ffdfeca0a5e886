"""The installed `dvc`, and an older one, to play a project with; and us, to play it beside them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
import yaml

from gitwf.data.execute import begin, restore, save
from gitwf.data.look import Look, look
from gitwf.data.ownstages import OwnStages
from gitwf.data.project import Project
from gitwf.engine.jobs.shell import stage_argv, stage_environment
from gitwf.plan.stage import Stage

OLDEST = ("dvc==3.60.0", "pathspec<1")
"""The oldest release that `pyproject.toml` admits; pathspec 1 came after it, and breaks it."""

_WORKER = """
import json, logging, os, sys
from dvc.repo import Repo
logging.getLogger("dvc").setLevel(logging.CRITICAL)
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    try:
        os.chdir(line.strip())
        with Repo() as repo:
            done = [stage.addressing for stage in repo.reproduce(all_pipelines=True)]
        answer = {"done": done}
    except Exception as error:
        answer = {"error": f"{error} {error.__cause__ or ''}"}
    print(json.dumps(answer), file=answers, flush=True)
"""


class Files(msgspec.Struct, frozen=True):
    """A project that nobody has played: its files by path, and those that are executable."""

    texts: Mapping[str, str]
    executable: frozenset[str] = frozenset()


class Dvc:
    """DVC in a process of its own, which plays one project after the other."""

    def __init__(self, python: str, place: Path) -> None:
        self._place = place
        self._errors = (place / "err").open("wb")
        environment = {
            "PATH": os.pathsep.join([str(Path(python).parent), os.environ["PATH"]]),
            "HOME": str(place),
            "SHELL": "/bin/sh",
            "LANG": "C.UTF-8",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(place / "site"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self.environment = environment
        self._process = subprocess.Popen(
            [python, "-c", _WORKER],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def repro(self, root: Path) -> list[str]:
        """Do what `dvc repro --all-pipelines` does; return the stages that were not up to date."""
        answer = self._ask(root)
        assert "error" not in answer, answer["error"]
        done: list[str] = answer["done"]
        return done

    def refuses(self, root: Path) -> str:
        """Do the same, see it fail, and return what is said."""
        answer = self._ask(root)
        assert "error" in answer, answer
        return str(answer["error"])

    def _ask(self, root: Path) -> dict[str, list[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{root}\n")
        self._process.stdin.flush()
        answer: dict[str, list[str]] = json.loads(self._process.stdout.readline())
        return answer

    def run(self, folder: Path, *words: str) -> str:
        """Run the command line of `dvc`, and return what it printed."""
        done = subprocess.run(
            ["dvc", *words],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def end(self) -> None:
        """End the process."""
        self._process.communicate()
        self._errors.close()


@pytest.fixture(scope="session")
def dvc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dvc]:
    """The `dvc` that is installed here."""
    made = Dvc(sys.executable, tmp_path_factory.mktemp("dvc"))
    yield made
    made.end()


@pytest.fixture(scope="session")
def oldest_dvc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dvc]:
    """The oldest `dvc` that we stand beside, in a venv of its own."""
    python = _venv(tmp_path_factory.mktemp("oldest"), OLDEST)
    made = Dvc(str(python), tmp_path_factory.mktemp("dvc"))
    yield made
    made.end()


def _venv(place: Path, requirements: Sequence[str]) -> Path:
    """Make a venv with ``requirements``, or skip: not every machine reaches an index."""
    import venv

    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--prefer-binary", *requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(
            f"pip cannot install {' '.join(requirements)} here: {done.stderr.strip()[-200:]}"
        )
    return python


@pytest.fixture(scope="session")
def bare(dvc: Dvc, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DVC project without anything in it."""
    root = tmp_path_factory.mktemp("bare") / "project"
    subprocess.run(["git", "init", "-q", "--template=", "-b", "main", str(root)], check=True)
    dvc.run(root, "init", "-q")
    return root


@pytest.fixture(scope="session")
def files_of() -> Callable[..., Files]:
    """Describe a project by its files; what ends in `.sh` is executable."""

    def make(texts: Mapping[str, str]) -> Files:
        return Files(texts, frozenset(name for name in texts if name.endswith(".sh")))

    return make


LayOut = Callable[..., Path]


@pytest.fixture(scope="session")
def lay_out(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> LayOut:
    """Lay out a project that nobody has played, with the cache of another where one is given."""

    def make(files: Files, cache_of: Path | None = None) -> Path:
        root = tmp_path_factory.mktemp("copy") / "project"
        shutil.copytree(bare, root)
        for name, text in files.texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755 if name in files.executable else 0o644)
        if cache_of is not None and (cache_of / ".dvc" / "cache").exists():
            shutil.copytree(cache_of / ".dvc" / "cache", root / ".dvc" / "cache")
        return root

    return make


def stages_of(root: Path) -> Iterator[Stage]:
    """Yield the stages of all `dvc.yaml` of the project, those of its top first."""

    def read(path: str) -> str | None:
        full = root / path
        return full.read_text(encoding="utf-8") if full.is_file() else None

    own = OwnStages(read, lambda path: (root / path).exists())
    for file in sorted(root.rglob("dvc.yaml"), key=lambda path: len(path.parts)):
        stages = own.of(file.parent.relative_to(root).as_posix())
        groups = {name.partition("@")[0] for name in stages if "@" in name}
        for name, stage in stages.items():
            if name not in groups:
                assert isinstance(stage, Stage), f"{name}: {stage}"
                yield stage


def play_here(root: Path) -> dict[str, Look]:
    """Play all stages as a run of ours does; return what was seen of each."""
    project = Project.open(root)
    looks: dict[str, Look] = {}
    for stage in stages_of(root):
        seen = look(project, stage)
        looks[stage.beside(stage.name)] = seen
        if seen.entry is not None:
            restore(project, stage, seen)
            continue
        begin(project, stage)
        subprocess.run(
            stage_argv(stage.cmd, {"SHELL": "/bin/sh"}),
            cwd=root / stage.place,
            env={"PATH": os.environ["PATH"], **stage_environment(stage, root)},
            check=True,
            capture_output=True,
        )
        save(project, stage, seen)
    project.note_hashes()
    return looks


@pytest.fixture(scope="session")
def play() -> Callable[[Path], dict[str, Look]]:
    return play_here


class Left(msgspec.Struct, frozen=True):
    """All that the playing of a project left behind, as data."""

    locks: Mapping[str, object]
    run_cache: Mapping[str, object]
    objects: Mapping[str, tuple[bytes, int]]
    ignored: Mapping[str, frozenset[str]]
    files: Mapping[str, tuple[bytes, bool]]


def left_behind(root: Path) -> Left:
    cache = root / ".dvc" / "cache"
    return Left(
        {_name(path, root): _yaml(path) for path in root.rglob("dvc.lock")},
        {_name(path, cache): _yaml(path) for path in cache.glob("runs/*/*/*")},
        {
            _name(path, cache): (path.read_bytes(), path.stat().st_mode)
            for path in cache.glob("files/**/*")
            if path.is_file()
        },
        {
            _name(path, root): frozenset(path.read_text(encoding="utf-8").split("\n"))
            for path in root.rglob(".gitignore")
            if ".dvc" not in path.parts
        },
        {
            _name(path, root): (path.read_bytes(), os.access(path, os.X_OK))
            for path in root.rglob("*")
            if path.is_file() and not {".git", ".dvc"} & set(path.relative_to(root).parts)
            if path.name not in {"dvc.lock", ".gitignore"}
        },
    )


@pytest.fixture(scope="session")
def left() -> Callable[[Path], Left]:
    return left_behind


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _yaml(path: Path) -> object:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - strings only
