"""`git wf gc`: frees what `[keep]` no longer covers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from gitwf.app.coverage import covered, projects_of
from gitwf.app.session import Session
from gitwf.app.stores import Store, pruned_stores
from gitwf.data.hashes import HashInfo
from gitwf.data.project import Project
from gitwf.data.unpushed import Unpushed
from gitwf.engine.clone.artifacts import artifacts_of
from gitwf.engine.clone.clearing import (
    Waste,
    drafts,
    run_folders,
    spares,
    unkept_objects,
    workspaces,
)
from gitwf.records.store import Records


class Freed(msgspec.Struct, frozen=True):
    """How many of a kind were removed, or would be, and the bytes that this frees."""

    kind: str
    count: int
    bytes: int
    machine: str = ""
    """Where: empty for here."""


class Collected(msgspec.Struct, frozen=True):
    """What was removed. ``shared`` are bytes of kept objects that DVC's cache holds still.

    ``archived`` counts the runs whose refs went into archives: all of them can be read as before.
    ``passed_over`` says which machines could not be asked, and why.
    """

    freed: tuple[Freed, ...]
    shared: int
    archived: int = 0
    passed_over: tuple[str, ...] = ()


def gc(session: Session, *, dry_run: bool) -> Collected:
    """Remove what no run needs that `[keep]` covers, and archive the others; with ``dry_run`` only say what.

    Raises:
        DataError: if what a kept run needs cannot be read; nothing is removed then.
    """
    repository = session.repository()
    records = Records(repository)
    kept = covered(repository, records)
    listed = frozenset(records.ongoing.runs())
    over = frozenset(records.runs.tips()) - kept - listed
    waste = [*workspaces(repository, over), *spares(repository), *run_folders(repository, over)]
    projects = projects_of(repository, records)
    contents = set(_contents(projects, records, kept | listed)) if projects else set()
    for cache in (project.cache for project in projects):
        needed = frozenset(md5 for content in contents for md5 in cache.objects_of(content))
        waste += [*unkept_objects(cache, needed), *drafts(cache)]
    archived = sorted(over & records.runs.open_tips().keys())
    if not dry_run:
        for item in waste:
            item.remove()
        records.runs.pack(archived)
        repository.tidy()
    stores = list(pruned_stores(repository, records, over, dry_run=dry_run))
    return Collected(
        (*_counted(waste), *_far(stores)),
        sum(item.shared for item in waste),
        len(archived),
        tuple(f"`{one.machine}` is passed over: {one.problem}" for one in stores if one.problem),
    )


def _contents(
    projects: list[Project], records: Records, runs: frozenset[str]
) -> Iterator[HashInfo]:
    """Yield what ``runs`` need, what is not pushed yet, and what the main tree itself stands at."""
    for run in runs:
        yield from artifacts_of(records, run).contents()
    for name in Unpushed(records.state_dir).names():
        if name.startswith("files/"):
            yield HashInfo("".join(name.split("/")[-2:]))
    for project in projects:
        for entry in project.lockfile().entries().values():
            yield from (item.content for item in (*entry.deps, *entry.outs))


def _counted(waste: list[Waste]) -> tuple[Freed, ...]:
    kinds = dict.fromkeys(item.kind for item in waste)
    sizes = {kind: [item.bytes for item in waste if item.kind == kind] for kind in kinds}
    return tuple(Freed(kind, len(found), sum(found)) for kind, found in sizes.items())


def _far(stores: list[Store]) -> Iterator[Freed]:
    for machine, pruned in ((one.machine, one.pruned) for one in stores if one.pruned):
        if pruned.contents:
            yield Freed("object", pruned.contents, pruned.bytes, machine)
        if pruned.claims:
            yield Freed("claim", pruned.claims, 0, machine)
