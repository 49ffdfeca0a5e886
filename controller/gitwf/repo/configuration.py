"""The settings that `git wf init` writes into a repository, and its remotes.

Records travel by fetch and push like everything in git. What a remote has goes to
``refs/wf-remote/<remote>/*`` and ``refs/notes/remotes/<remote>/wf``, apart from our own refs: the
often-copied ``+refs/notes/*:refs/notes/*`` would throw notes away that are not pushed yet.
"""

from __future__ import annotations

from gitwf.repo.repository import Repository

_MERGE_STRATEGY = ("notes.wf.mergeStrategy", "cat_sort_uniq")


def refspecs(remote: str) -> tuple[str, ...]:
    """Return the fetch refspecs that bring a remote's records.

    With a star, because git refuses to fetch a ref by name that is not there yet.
    """
    return (
        f"+refs/wf/*:refs/wf-remote/{remote}/*",
        f"+refs/notes/wf*:refs/notes/remotes/{remote}/wf*",
    )


def remotes(repository: Repository) -> dict[str, str]:
    """Return the remotes of ``repository`` with their (first) addresses."""
    from git import Repo

    with Repo(repository.work_tree or repository.git_dir) as repo:
        return {remote.name: next(remote.urls) for remote in repo.remotes}


def names_of_remotes(repository: Repository) -> tuple[str, ...]:
    """Return the names of the remotes of ``repository``."""
    return tuple(repository.git.run("remote").decode(errors="surrogateescape").splitlines())


def address_of(repository: Repository, remote: str) -> str | None:
    """Return the address that ``remote`` is fetched from, or None where there is no such remote."""
    said = repository.git.attempt("remote", "get-url", "--", remote)
    return None if said.status else said.stdout.decode(errors="surrogateescape").rstrip("\n")


def configure(repository: Repository) -> list[str]:
    """Write the settings that records need, and return what was written, a line each.

    Settings that are there already stay as they are; a second call writes nothing.
    """
    wanted = [
        (f"remote.{name}.fetch", spec) for name in remotes(repository) for spec in refspecs(name)
    ]
    missing = [pair for pair in wanted if pair[1] not in _values(repository, pair[0])]
    if not _values(repository, _MERGE_STRATEGY[0]):
        missing.insert(0, _MERGE_STRATEGY)
    for key, value in missing:
        repository.git.run("config", "--local", "--add", key, value)
    return [f"{key} = {value}" for key, value in missing]


def _values(repository: Repository, key: str) -> list[str]:
    return (
        repository.git.attempt("config", "--local", "--get-all", key).stdout.decode().splitlines()
    )
