"""Makes a stage restorable again whose outs, or whose entry of the run cache, the cache lacks."""

from __future__ import annotations

from gitwf.data import runcache, yaml12
from gitwf.data.entry import Entry, read_entry
from gitwf.data.errors import BrokenFileError, UnsupportedError
from gitwf.data.look import Look
from gitwf.data.obtain import obtain
from gitwf.data.project import Project
from gitwf.data.remote import RemoteError


def recover(project: Project, seen: Look, value: str | None) -> str | None:
    """Bring what ``seen`` lacks, and return None where its stage can be restored then; else as `obtain`.

    ``value`` is the name of the run-cache entry that is wanted; None: what was lost is.
    """
    entry = seen.lost
    if value is not None and seen.key is not None and (entry is None or entry.value() != value):
        try:
            entry = _fetched_entry(project, seen.key, value)
        except RemoteError as error:
            return f", and {error}"
    if entry is None:
        return f", nor in the remote `{project.remote.name}`" if project.remote else ""
    problem = obtain(project, (item.content for item in entry.outs))
    if problem is None and seen.key is not None:
        runcache.write(project.cache, entry)  # behind its objects: they are not newer
    return problem


def _fetched_entry(project: Project, key: str, value: str) -> Entry | None:
    """Return an entry of the remote's run cache, or None where there is none that is whole."""
    if project.remote is None:
        return None
    draft = project.cache.objects.draft()
    try:
        project.remote.get([(draft, runcache.name(key, value))])
        entry = read_entry(yaml12.loads(draft.read_text(encoding="utf-8"), value), value)
    except (FileNotFoundError, UnicodeDecodeError, BrokenFileError, UnsupportedError):
        return None
    finally:
        draft.unlink(missing_ok=True)
    return entry if (entry.key(), entry.value()) == (key, value) else None
