"""Whether a commit can be laid out: a tree that was made by hand may hold `..` or `.git`, or names of two lines."""

from __future__ import annotations

import re
from pathlib import Path

from gitwf.repo.environment import of_program
from gitwf.repo.git import Git, words_of
from gitwf.repo.repository import Repository

_PATH = re.compile(r"invalid path '(.*)'", re.DOTALL)


def fault(repository: Repository, commit: str) -> str | None:
    """Return what is wrong with the tree of ``commit``, or None. Nothing is laid out."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="git-wf-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git = Git(repository.git.directory, of_program(index))
        outcome = git.attempt("read-tree", f"{commit}^{{tree}}")
        if not outcome.status:
            return _two_lines(git.run("ls-files", "-z"))
    words = words_of(outcome.stderr.decode(errors="replace"))[0]
    found = _PATH.search(words)
    return f"its tree holds the path `{found[1]}`" if found else f"its tree is broken: {words}"


def _two_lines(listed: bytes) -> str | None:
    """Return what is wrong with the paths that ``listed`` holds: whatever reads lines reads such a name as two."""
    found = next((path for path in listed.split(b"\0") if b"\n" in path), None)
    if found is None:
        return None
    shown = found.decode(errors="replace").replace("\n", "\\n")
    return f"its tree holds a name with a line end, `{shown}`: give that file another"
