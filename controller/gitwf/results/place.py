"""Where the file of results of a repository is, and that git does not ask about it."""

from __future__ import annotations

from gitwf.config.settings import Results
from gitwf.engine.unit.scope import inside
from gitwf.repo.exclude import exclude
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
    name = path.relative_to(root.resolve()).as_posix()
    # No revert meets it then; who wants it in git adds it.
    return ResultsFile(path, made=lambda: exclude(repository, [name]))
