"""A DVC project: where its files are, which cache it uses, and what it cannot do with us."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path

from gitwf.data import dvcconfig, lockfile
from gitwf.data.atomic import write_whole
from gitwf.data.cache import Cache
from gitwf.data.errors import NoDvcError, PathError, UnsupportedError
from gitwf.data.gitignore import GitIgnore
from gitwf.data.hasher import Hasher
from gitwf.data.hashes import HashInfo
from gitwf.data.hashstate import HashState
from gitwf.data.ignore import Ignore
from gitwf.data.link import WAYS
from gitwf.data.lockedouts import locked_outs
from gitwf.data.lockfile import Lockfile
from gitwf.data.locks import DEADLINE, FileLock
from gitwf.data.meter import Meter
from gitwf.data.remote import Remote, default_remote
from gitwf.data.rwlock import RwLock

_GUARDED = frozenset({".git", ".dvc"})


class Project:
    """The DVC project at ``root``, an absolute path. Safe for threads."""

    def __init__(self, root: Path, config: dvcconfig.Sections, meter: Meter | None = None) -> None:
        self.root = root
        self.config = config
        self.deadline = DEADLINE
        self.rwlock = RwLock(root / ".dvc" / "tmp")
        self._lock = FileLock(root / ".dvc" / "tmp" / "lock")
        self._lockfiles: dict[str, tuple[str, Lockfile]] = {}
        self._resolved: dict[tuple[str, str], tuple[Path, tuple[str, ...]]] = {}
        self.ignore = Ignore(root)
        self.gitignore = GitIgnore(root)
        state = HashState(root, config.get("core", {}).get("site_cache_dir"))
        self.hasher = Hasher(self.ignore, state, meter)
        options = config.get("cache", {})
        self.cache = Cache(
            Path(options.get("dir") or root / ".dvc" / "cache"),
            self.hasher,
            _links(options.get("type")),
            shared=options.get("shared") == "group",
        )

    @classmethod
    def open(cls, root: Path, meter: Meter | None = None) -> Project:
        """Return the project at ``root``, a folder that holds `.dvc`.

        ``meter`` is told how far the reading and writing of large files has come.

        Raises `NoDvcError`: there is none. `UnsupportedError`: it is set up in a way that git wf
        does not follow. `BrokenFileError`: its configuration is not readable.
        """
        path = Path(os.path.normpath(root.absolute()))
        folder = path / ".dvc"
        if not folder.is_dir():
            raise NoDvcError("no DVC here", "run `git wf init`")
        files = [
            *dvcconfig.shared_levels(),
            folder / "config",
            folder / "config.local",
        ]
        config = dvcconfig.merged(dvcconfig.read(file) for file in files)
        _refuse(config)
        (folder / "tmp").mkdir(exist_ok=True)
        return cls(path, config, meter)

    @cached_property
    def remote(self) -> Remote | None:
        """The default remote, or None where the configuration names none."""
        return default_remote(self.config)

    def lockfile(self, folder: str = ".") -> Lockfile:
        """Return the `dvc.lock` of a folder as it is now; no file has no entries.

        Raises `BrokenFileError`: it is not readable.
        """
        try:
            path = self.root / folder / lockfile.NAME
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return Lockfile()
        known, parsed = self._lockfiles.get(folder, ("", Lockfile()))
        if text != known:
            parsed = lockfile.parse(text)
            self._lockfiles[folder] = (text, parsed)
        return parsed

    def write_lockfile(self, new: Lockfile, folder: str = ".") -> None:
        """Replace the `dvc.lock` of a folder. The caller holds the lock."""
        text = new.text()
        data = text.encode(errors="surrogateescape")
        write_whole(self.root / folder / lockfile.NAME, data, sync=False)
        self._lockfiles[folder] = (text, new)

    def locked(self) -> AbstractContextManager[None]:
        """Hold DVC's lock of this worktree. Raises `LockedError` after a minute."""
        return self._lock.held(self.deadline)

    def locked_outs(self) -> dict[Path, HashInfo]:
        """Return what the `dvc.lock` files of the project hold as outs, by absolute path."""
        folders: list[str] = []
        for path, below, files in os.walk(self.root):
            below[:] = sorted(name for name in below if not name.startswith("."))
            if lockfile.NAME in files:
                folders.append(Path(path).relative_to(self.root).as_posix())
        outs = locked_outs(folders, self._text, lambda path: (self.root / path).exists())
        return {self.root / path: content for path, content in outs}

    def _text(self, path: str) -> str | None:
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return None

    def note_hashes(self) -> None:
        """Tell DVC what was hashed here: its next command need not do it again."""
        self.hasher.note()

    def resolve(self, wdir: str, path: str) -> Path:
        """Return the absolute path of what a stage that works in ``wdir`` calls ``path``.

        Raises `UnsupportedError`: it is a URL or an absolute path, which DVC calls external.
        `PathError`: it leads out of the project, or into git's or DVC's own files; links of the
        folders above it are followed.
        """
        if (wdir, path) not in self._resolved:
            self._resolved[wdir, path] = _resolved(str(self.root), wdir, path)
        full, folders = self._resolved[wdir, path]
        if any(map(os.path.islink, folders)):
            real = full.parent.resolve() / full.name
            _refuse_outside(str(real), str(self.root.resolve()), path)
        return full

    def name_of(self, full: Path) -> str:
        """Return where in the project a path is that `resolve` gave."""
        return str(full).removeprefix(f"{self.root}/")


def prepare_workspace(main: Project | None, workspace: Path, cache: Path | None = None) -> None:
    """Make `dvc` in ``workspace``, a worktree with a `.dvc`, use the cache of ``main``.

    Writes `.dvc/config.local` (mode 0600, git does not track it): the local settings of ``main``,
    such as credentials of remotes, its relative paths made absolute, and the absolute path of the
    cache, which is ``cache`` where it is given.

    Raises `NoDvcError`: ``workspace`` has no `.dvc`.
    """
    folder = workspace / ".dvc"
    if not folder.is_dir():
        raise NoDvcError("no DVC in this commit", "run `git wf init` and commit `.dvc`")
    sections: dict[str, dict[str, str]] = {}
    if main is not None:
        sections = _local_settings(main)
        cache = cache or main.cache.root
    if cache is not None:
        sections.setdefault("cache", {})["dir"] = str(cache.absolute())
    path = folder / "config.local"
    write_whole(path, dvcconfig.render(sections, folder).encode(), mode=0o600)
    path.chmod(0o600)


def _local_settings(main: Project) -> dict[str, dict[str, str]]:
    """Return what a worktree of ``main`` cannot know: local settings, and where paths lead."""
    folder = main.root / ".dvc"
    tracked = dvcconfig.read(folder / "config")
    local = dvcconfig.read(folder / "config.local")
    paths = {name: dvcconfig.has_paths(name, options) for name, options in tracked.items()}
    both = dvcconfig.merged([{n: o for n, o in paths.items() if o}, local])
    return {name: dict(options) for name, options in both.items()}


def _links(setting: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (setting or "reflink,copy").split(","))
    unknown = next((name for name in names if name not in WAYS), None)
    if unknown is not None:
        raise UnsupportedError(f"`cache.type` is `{unknown}`", f"it is one of {', '.join(WAYS)}")
    return names


def _refuse(config: dvcconfig.Sections) -> None:
    core, cache = config.get("core", {}), config.get("cache", {})
    if core.get("hardlink_lock", "").lower() == "true":
        raise UnsupportedError(
            "`core.hardlink_lock` is set", "`dvc config --unset core.hardlink_lock`"
        )
    if "local" in cache:
        raise UnsupportedError("`cache.local` is set", "name the folder in `cache.dir`")


def _resolved(root: str, wdir: str, path: str) -> tuple[Path, tuple[str, ...]]:
    """Return the absolute path, and the folders above it that are below ``root``."""
    if "://" in path or path.startswith("/"):
        raise UnsupportedError(
            f"`{path}` is outside of the repository", "external deps and outs need `dvc repro`"
        )
    full = os.path.normpath(f"{root}/{wdir}/{path}")
    _refuse_outside(full, root, path)
    names = full.removeprefix(f"{root}/").split("/")
    return Path(full), tuple(f"{root}/{'/'.join(names[:n])}" for n in range(1, len(names)))


def _refuse_outside(full: str, root: str, path: str) -> None:
    """Raise for a place that is not below ``root``; ``path`` is how the stage writes it."""
    if full == root:
        raise PathError(f"`{path}` is the whole repository")
    if not full.startswith(f"{root}/"):
        raise PathError(f"`{path}` leads out of the repository")
    first = full.removeprefix(f"{root}/").partition("/")[0]
    if first in _GUARDED:
        raise PathError(f"`{path}` leads into `{first}`")
