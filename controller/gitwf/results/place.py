"""Where the file of results of a repository is, and that git does not ask about it."""

from __future__ import annotations

from pathlib import Path

from gitwf.config.settings import Results
from gitwf.engine.unit.scope import inside
from gitwf.repo import disk
from gitwf.repo.repository import Repository
from gitwf.results.file import ResultsFile


def results_file(repository: Repository, settings: Results) -> ResultsFile | None:
    """Return the file in the working tree that people see; of a bare repository, in its wf folder.

    None where the setting is empty: nothing is to be logged.

    Raises:
        OutsideError: if the setting leads out of it, or into ``.git``.
    """
    if not settings.file:
        return None
    root = repository.work_tree
    if root is None:
        return ResultsFile(inside(repository.state_dir, settings.file))
    path = inside(root, settings.file)
    return ResultsFile(path, made=lambda: _exclude(repository, root, path))


def _exclude(repository: Repository, root: Path, path: Path) -> None:
    """Have git pass over a new file, so that no revert meets it; who wants it in git adds it.

    The pattern goes into `info/exclude` (gitignore(5)): no commit is needed for it.
    """
    exclude = repository.common_dir / "info" / "exclude"
    pattern = f"/{path.relative_to(root.resolve()).as_posix()}"
    text = exclude.read_text(encoding="utf-8") if exclude.exists() else ""
    if pattern in text.splitlines():
        return
    exclude.parent.mkdir(exist_ok=True)
    line_end = "" if text.endswith("\n") or not text else "\n"
    disk.append(exclude, f"{line_end}{pattern}\n".encode())
