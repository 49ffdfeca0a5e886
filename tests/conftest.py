"""What every test stands on: an empty home, no one else's git settings, and real repositories."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gitwf.repo.repository import Repository

pytest_plugins = ("tests.emulator.fixture", "tests.github.fixture")

_INHERITED = ("GIT_", "GITHUB_", "XDG_", "DVC_", "WF_", "RUNPOD_")
_AUTHOR = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-11-22T10:00:00Z",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "2026-11-22T10:00:00Z",
}


def pytest_configure() -> None:
    """Put this environment's programs first on the path: `git-wf` is found by git and by tests."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine's owner has set: home, git settings, tokens."""
    for name in [name for name in os.environ if name.startswith(_INHERITED)]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    own = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ALLOW_PROTOCOL": "file",
        "DVC_NO_ANALYTICS": "1",
        "NO_COLOR": "1",
    }
    for name, value in (own | _AUTHOR).items():
        monkeypatch.setenv(name, value)


class Folder:
    """A working tree with real git in it, for tests to write, commit and look."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(self, *arguments: str) -> str:
        """Run git as a person would, and return what it wrote, without the last line end."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, check=True, capture_output=True, text=True
        )
        return done.stdout.removesuffix("\n")

    def write(self, files: dict[str, str | bytes]) -> None:
        """Write files, with their folders."""
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: dict[str, str | bytes], message: str = "Change") -> str:
        """Write ``files``, commit everything and return the commit's id."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def open(self) -> Repository:
        """Open the repository as the program does."""
        return Repository.open(self.path)


MakeFolder = Callable[..., Folder]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Make git repositories: ``make_folder("name", "--bare")``, with options of `git init`."""

    def make(name: str = "work", *options: str) -> Folder:
        path = tmp_path / name
        subprocess.run(
            ["git", "init", "--quiet", "--initial-branch=main", *options, str(path)], check=True
        )
        return Folder(path)

    return make


@pytest.fixture
def folder(make_folder: MakeFolder) -> Folder:
    """A fresh git repository without a commit, on branch `main`."""
    return make_folder()


@pytest.fixture
def repository(folder: Folder) -> Repository:
    """A repository with one commit, which holds `train.py` and `data/digits.csv`."""
    folder.commit({"train.py": "print('train')\n", "data/digits.csv": "1,2\n"}, "First")
    return folder.open()


class TestClock:
    """A clock that goes on by a second each time it is asked."""

    __test__ = False

    def __init__(self) -> None:
        self._time = datetime(2026, 11, 22, 10, 46, 54, 123456, tzinfo=UTC)

    def now(self) -> datetime:
        self._time += timedelta(seconds=1)
        return self._time


@pytest.fixture
def clock() -> TestClock:
    """A clock that begins at 2026-11-22T10:46:54.123456Z."""
    return TestClock()


FullDisk = Callable[[], AbstractContextManager[None]]


@contextmanager
def _small_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def full_disk() -> FullDisk:
    """Stand in for a full disk: within it no file grows beyond 100 kB, not git's either."""
    return _small_files


class SmallDisk:
    """A small file system, for tests to fill."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self) -> Path:
        """Write a file until the disk is full, and return it."""
        filler = self.path / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        return filler


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A file system of 16 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    yield SmallDisk(place)
    subprocess.run(["umount", "--lazy", place], check=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the crash tests counted: in which windows of a run its controller was killed, and races."""
    for report in terminalreporter.getreports("passed"):
        if figures := dict(report.user_properties).get("race"):
            terminalreporter.write_line(f"race: {figures}")
    kills: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        kills.update(json.loads(dict(report.user_properties).get("kills", "{}")))
    if kills:
        counted = ", ".join(f"{count} {window}" for window, count in kills.most_common())
        terminalreporter.write_line(f"controllers were killed in these windows: {counted}")
