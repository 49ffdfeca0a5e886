"""`git wf suspend` and `git wf resume`: leave a workflow alone, and no longer."""

from __future__ import annotations

from gitwf.app.person import whoami
from gitwf.app.run import path_in
from gitwf.app.session import Session, UsageError
from gitwf.diagnostics import nearest
from gitwf.records.requests import Wish
from gitwf.records.store import Records
from gitwf.repo.repository import Repository


def suspend(session: Session, file: str, why: str | None) -> tuple[str, Wish]:
    """Have nobody start the workflow ``file`` any more; return its path, and who said so first.

    Raises:
        UsageError: if there is no such workflow.
    """
    repository = session.repository()
    path = path_in(session.directory, repository.work_tree, file)
    _refuse_unknown(repository, path)
    return path, Records(repository).suspensions.suspend(path, whoami(session), why)


def resume(session: Session, file: str) -> tuple[str, bool]:
    """Let the workflow ``file`` be started again; return its path, and whether it was suspended."""
    repository = session.repository()
    path = path_in(session.directory, repository.work_tree, file)
    return path, Records(repository).suspensions.resume(path, whoami(session))


def _refuse_unknown(repository: Repository, path: str) -> None:
    """Refuse a path that is a workflow neither here nor at the head of a branch."""
    if repository.work_tree is not None and (repository.work_tree / path).is_file():
        return
    for commit in {"HEAD", *repository.branches().values()}:
        if repository.objects.blob(commit, path) is not None:
            return
    found = repository.objects.list("HEAD") if repository.resolve("HEAD") else {}
    close = nearest(path, sorted(name for name in found if name.endswith(".wf")))
    hint = f"did you mean `{close}`?" if close else "name a `.wf` file of this repository"
    raise UsageError(f"there is no workflow `{path}`", hint)
