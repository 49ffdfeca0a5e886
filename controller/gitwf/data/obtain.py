"""Brings what the cache lacks from the default remote; it counts when its hash is right."""

from __future__ import annotations

from collections.abc import Iterable

from gitwf.data.cache import Cache
from gitwf.data.hasher import Hasher
from gitwf.data.hashes import HashInfo
from gitwf.data.project import Project
from gitwf.data.remote import Remote, RemoteError


def obtain(project: Project, contents: Iterable[HashInfo]) -> str | None:
    """Bring what is missing of ``contents`` into the cache, and return None where all of it is here.

    Otherwise return why it cannot be had from a remote either, as the end of a sentence that says that
    it is not in the cache.
    """
    cache = project.cache
    missing = [content for content in contents if not cache.has(content)]
    if not missing:
        return None
    remote = project.remote
    if remote is None:
        return ""
    try:
        _fetch(cache, remote, (content.md5 for content in missing))
        _fetch(cache, remote, (md5 for content in missing for md5 in cache.files(content) or ()))
    except RemoteError as error:
        return f", and {error}"
    if all(cache.has(content) for content in missing):
        return None
    return f", nor in the remote `{remote.name}`"


def _fetch(cache: Cache, remote: Remote, md5s: Iterable[str]) -> None:
    """Bring objects that are not here; what does not have its hash is thrown away."""
    wanted = [md5 for md5 in dict.fromkeys(md5s) if cache.objects.size(md5) is None]
    drafts = {cache.objects.draft(): md5 for md5 in wanted}
    try:
        if drafts:
            remote.get((draft, cache.objects.name(md5)) for draft, md5 in drafts.items())
        for draft, md5 in drafts.items():
            if draft.is_file() and Hasher().file(draft).md5 == md5.removesuffix(".dir"):
                cache.objects.keep(md5, draft)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
