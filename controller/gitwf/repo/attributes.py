"""Which files of a commit go through a filter (gitattributes(5)), and which programs those are.

Git itself is asked, on an index of the commit's own files: that runs no filter. What the commit's `.gitattributes`
and the clone's `info/attributes` say counts; a person's settings beside the repository do not.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from gitwf.repo.environment import of_program
from gitwf.repo.git import Git
from gitwf.repo.index import git_dir_of
from gitwf.repo.landmarks import ATTRIBUTES
from gitwf.repo.objects import Entry
from gitwf.repo.repository import Repository
from gitwf.repo.worktree import plain_git

_FILTER = b"filter"
_QUESTION = ("--stdin", "-z", "filter")
_INFO = Path("info", "attributes")
_NONE = frozenset({b"unspecified", b"unset", b"set"})
"""What `git check-attr` says of files without a filter that has a name."""

_FILES = frozenset({"100644", "100755"})
_AS_IT_IS = frozenset({"", "cat"})
"""Programs that change nothing: nbstripout, for one, sets `cat`."""


class Filtered(msgspec.Struct, frozen=True):
    """A file of a commit that goes through the filter ``name``."""

    name: str
    entry: Entry


def filtered(repository: Repository, commit: str) -> Mapping[str, Filtered]:
    """Return the files of ``commit`` that have a filter, by path."""
    if not _may_filter(repository, commit):
        return {}
    entries = repository.objects.list(commit)
    named = _named(repository, commit, [p for p, e in entries.items() if e.mode in _FILES])
    return {path: Filtered(name, entries[path]) for path, name in named.items()}


def filtered_files(root: Path, paths: Collection[str]) -> frozenset[str]:
    """Return those of the tracked ``paths`` of the working tree at ``root`` that have a filter.

    What is in such a file may be another content than git has of it.
    """
    own = (root / path for path in paths if path.rpartition("/")[2] == ATTRIBUTES)
    if not any(_speaks_of_filters(path) for path in (*own, _info(root))):
        return frozenset()
    return frozenset(filters_of(root, paths))


def filters_of(root: Path, paths: Iterable[str]) -> Mapping[str, str]:
    """Return the filters of those of ``paths`` of the working tree at ``root`` that have one, by path."""
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    return _answers(Git(root).run("check-attr", *_QUESTION, stdin=asked))


def drivers(repository: Repository) -> dict[str, str]:
    """Return the programs of the filters that would change what they lay out, by the filter's name."""
    words = ("config", "-z", "--get-regexp", r"^filter\..*\.(smudge|process)$")
    found: dict[str, dict[str, str]] = {}
    for line in repository.git.attempt(*words).stdout.decode(errors="surrogateescape").split("\0"):
        key, _, program = line.partition("\n")
        name, _, kind = key.removeprefix("filter.").rpartition(".")
        found.setdefault(name, {})[kind] = program.strip()
    chosen = {name: of.get("process") or of.get("smudge", "") for name, of in found.items()}
    return {name: program for name, program in chosen.items() if program not in _AS_IT_IS}


def _may_filter(repository: Repository, commit: str) -> bool:
    """Return whether any attributes speak of filters: a look at few files, where most have none."""
    if _speaks_of_filters(repository.common_dir / _INFO):
        return True
    found = map(repository.objects.read, repository.landmarks.of(commit).attributes.values())
    return any(_FILTER in blob.data for blob in found if blob)


def _named(repository: Repository, commit: str, paths: Iterable[str]) -> dict[str, str]:
    with TemporaryDirectory(prefix="git-wf-") as folder:
        index = str(Path(folder) / "index")
        plain_git(repository, repository.common_dir, GIT_INDEX_FILE=index).run("read-tree", commit)
        asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
        return _answers(
            _asking(repository, index).run("check-attr", "--cached", *_QUESTION, stdin=asked)
        )


def _answers(said: bytes) -> dict[str, str]:
    words = said.split(b"\0")
    answers = zip(words[::3], words[2::3], strict=False)
    return {os.fsdecode(path): os.fsdecode(name) for path, name in answers if name not in _NONE}


def _speaks_of_filters(attributes: Path) -> bool:
    try:
        return _FILTER in attributes.read_bytes()
    except OSError:
        return False


def _info(root: Path) -> Path:
    """Return the attributes that all worktrees of the repository of ``root`` have."""
    git_dir = git_dir_of(root) or root
    try:
        common = (git_dir / "commondir").read_text().strip()
    except OSError:
        common = "."
    return git_dir / common / _INFO


def _asking(repository: Repository, index: str) -> Git:
    """Return git on the index in the file ``index``, with the clone's own attributes and no others."""
    surroundings = of_program(
        {
            "GIT_DIR": str(repository.common_dir),
            "GIT_WORK_TREE": str(repository.common_dir),
            "GIT_INDEX_FILE": index,
            "GIT_ATTR_NOSYSTEM": "1",
        }
    )
    settings = (*surroundings.settings, f"core.attributesFile={os.devnull}")
    return Git(repository.common_dir, msgspec.structs.replace(surroundings, settings=settings))
