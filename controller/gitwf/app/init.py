"""`git wf init`: makes a repository ready. Never overwrites anything, and says what it did."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from gitwf.app.session import Session, UsageError
from gitwf.data.initialise import initialise, is_initialised
from gitwf.repo.configuration import configure

_TEMPLATES = {
    "wf.toml": "wf.toml",
    "workflows/main.wf": "main.wf",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".github/workflows/git-wf.yml": "github-workflow.yml",
}


def init(session: Session, *, hooks: bool = False) -> list[str]:
    """Make the repository ready and return what was done, a line each.

    Raises:
        UsageError: if pre-commit cannot install its hook.
        DataError: if DVC cannot be set up.
    """
    repository = session.repository()
    done = [
        f"set `{setting}` in git's configuration of this clone" for setting in configure(repository)
    ]
    root = repository.work_tree
    if root is None:
        return done
    if not is_initialised(root):
        initialise(root)
        done.append("made `.dvc/` and `.dvcignore`, as `dvc init` does, and staged them")
    done += _lay_out(root, repository.head_branch())
    if hooks:
        _install_hooks(root)
        done.append("installed the pre-commit hook")
    return done


def _lay_out(root: Path, branch: str | None) -> Iterator[str]:
    has_workflows = any((root / "workflows").glob("*.wf"))
    for name, template in _TEMPLATES.items():
        path = root / name
        if path.exists():
            if path.name == ".pre-commit-config.yaml" and "git-wf" not in path.read_text():
                yield f"`{name}` is yours: add the hook `git-wf validate` to it (see `docs/guide.md`)"
            continue
        if path.suffix == ".wf" and has_workflows:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        text = files("gitwf.app").joinpath("templates", template).read_text(encoding="utf-8")
        path.write_text(text.replace("@BRANCH@", branch or "main"), encoding="utf-8")
        yield f"wrote `{name}`"


def _install_hooks(root: Path) -> None:
    command = [sys.executable, "-m", "pre_commit", "install"]
    outcome = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if outcome.returncode:
        words = (outcome.stderr or outcome.stdout).strip().splitlines()[-1:]
        raise UsageError(f"pre-commit could not install its hook: {' '.join(words)}")
