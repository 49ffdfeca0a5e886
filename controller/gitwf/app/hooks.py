"""`git wf hooks`: hooks of git that have a running controller look at once, and one that refuses bad workflows."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from gitwf.app.session import Session, UsageError
from gitwf.repo import disk
from gitwf.repo.environment import Surroundings, environment
from gitwf.repo.git import Git
from gitwf.repo.repository import Repository

POKING = ("post-commit", "post-merge", "post-receive")
"""The hooks after which there may be something to do."""

RECEIVING = "pre-receive"

_EARLIER = ".before-git-wf"
"""Where the hook is kept that was there before; ours calls it."""

_OURS = b"`git wf hooks install` wrote this"


def install(session: Session, *, receiving: bool = False) -> list[str]:
    """Write the hooks, those that are there kept and called; return what was done, a line each.

    With ``receiving`` the one too that refuses pushes.
    """
    folder = hooks_folder(session.repository())
    names = (*POKING, *((RECEIVING,) if receiving else ()))
    return list(_installed(folder, names))


def uninstall(session: Session) -> list[str]:
    """Take our hooks out and put those back that were there before; return what was done, a line each."""
    return list(_uninstalled(hooks_folder(session.repository())))


def hooks_folder(repository: Repository) -> Path:
    """Return the folder that git takes hooks from: `core.hooksPath` counts."""
    git = Git(repository.git.directory, Surroundings(environment(), ()))
    words = ("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    return Path(git.run(*words).decode(errors="surrogateescape").removesuffix("\n"))


def _installed(folder: Path, names: tuple[str, ...]) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        hook, earlier = folder / name, folder / f"{name}{_EARLIER}"
        text = _text(name)
        if _is_ours(hook):
            if hook.read_bytes() != text:
                _write(hook, text)
                yield f"wrote `{hook}` anew"
            continue
        if _is_there(hook) and _is_there(earlier):
            message = f"`{hook}` is not ours, and `{earlier.name}` is there already"
            raise UsageError(message, "delete the one that is not needed")
        kept = _is_there(hook)
        if kept:
            hook.rename(earlier)
        _write(hook, text)
        yield f"wrote `{hook}`" + (f", which calls `{earlier.name}`" if kept else "")


def _uninstalled(folder: Path) -> Iterator[str]:
    for name in (*POKING, RECEIVING):
        hook, earlier = folder / name, folder / f"{name}{_EARLIER}"
        if not _is_ours(hook):
            if _is_there(earlier):
                yield f"`{hook}` is not ours any more: what was there before it is `{earlier.name}`"
            continue
        if _is_there(earlier):
            earlier.rename(hook)
            yield f"put back `{hook}`, which was there before"
        else:
            hook.unlink()
            yield f"deleted `{hook}`"


def _text(name: str) -> bytes:
    template = "pre-receive.sh" if name == RECEIVING else "poke.sh"
    text = files("gitwf.app").joinpath("templates", "hooks", template).read_text(encoding="utf-8")
    return text.replace("@PYTHON@", shlex.quote(sys.executable)).encode()


def _write(hook: Path, text: bytes) -> None:
    disk.replace(hook, text)
    hook.chmod(0o755)


def _is_ours(hook: Path) -> bool:
    return hook.is_file() and not hook.is_symlink() and _OURS in hook.read_bytes()


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()
