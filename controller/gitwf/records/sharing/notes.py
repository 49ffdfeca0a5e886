"""Two notes trees become one: the lines of both on each commit, as `cat_sort_uniq` has them.

`git notes merge` stops at a worktree for what it calls a conflict, takes a lock of its own, and moves the
ref without looking where it stands (git-notes(1)); here it is values in and a commit out.
"""

from __future__ import annotations

from gitwf.records.clock import Clock
from gitwf.records.fanout import place
from gitwf.repo.commits import Change, Draft, File, Link
from gitwf.repo.objects import Entry
from gitwf.repo.repository import Repository


def merge_notes(repository: Repository, clock: Clock, ours: str, theirs: str) -> str:
    """Return the notes commit that holds the notes of ``ours`` and ``theirs``."""
    if repository.is_ancestor(ours, theirs):
        return theirs
    if repository.is_ancestor(theirs, ours):
        return ours
    found = repository.commit(theirs)
    changes = _changes(repository, ours, theirs)
    message = "Notes merged by 'git wf'\n"
    parents = [theirs, ours]
    draft = Draft(found.tree if found else None, changes, parents, message, clock.now())
    return repository.commits.write([draft])[0]


def _changes(repository: Repository, ours: str, theirs: str) -> dict[str, Change]:
    """Return what has to change in the tree of ``theirs`` so that it holds the notes of both."""
    mine, yours = _differing(repository, theirs, ours), _differing(repository, ours, theirs)
    width = len(theirs)
    notes = {path.replace("/", ""): entry for path, entry in mine.items()}
    others = {path for path in mine if len(path.replace("/", "")) != width}
    changes: dict[str, Change] = {
        path: Link(mine[path].id, mine[path].mode) for path in others - yours.keys()
    }
    about = {id_: entry for id_, entry in notes.items() if len(id_) == width}
    if not about:
        return changes
    known = {path.replace("/", ""): entry for path, entry in yours.items()}
    root = repository.commit(theirs)
    placed = place(repository.objects.tree, root.tree if root else None, about)
    for old, new in placed.moves.items():
        moved = repository.objects.entry(theirs, old)
        changes |= {old: None, new: Link(moved.id)} if moved else {old: None}
    for id_, entry in about.items():
        changes[placed.paths[id_]] = _joined(repository, entry, known.get(id_))
    return changes


def _differing(repository: Repository, old: str, new: str) -> dict[str, Entry]:
    """Return what ``new`` has and ``old`` has not, or has otherwise, by path."""
    found = repository.changed_entries(old, new).items()
    return {path: entry for path, entry in found if entry is not None}


def _joined(repository: Repository, one: Entry, other: Entry | None) -> Change:
    """Return a note that holds the lines of two: one that does already, or in the order of their bytes."""
    if other is None:
        return Link(one.id)
    mine, yours = (_lines(repository, each) for each in (one, other))
    if mine >= yours or yours >= mine:
        return Link(one.id if mine >= yours else other.id)
    return File(b"".join(line + b"\n" for line in sorted(mine | yours)))


def _lines(repository: Repository, entry: Entry) -> set[bytes]:
    blob = repository.objects.read(entry.id)
    return {line for line in blob.data.splitlines() if line} if blob else set()
