"""Which branches are watched, and where their heads and the tags are found: here, or as a remote has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec

from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import configure
from gitwf.records.sharing.places import Places

_OF_AGENTS = "wf/droid/"
_WILD = frozenset("*?[")


_KEPT = 8
"""Commits whose `wf.toml` need not be read again."""


class Source(msgspec.Struct, frozen=True):
    """Prefixes of refs, and the branch that is watched where nothing else is said.

    ``remote`` is whose they are, None: the clone's own. ``main`` is the branch whose `wf.toml` says what is
    watched, None: that one; where it says nothing that of HEAD does, if the branches are the clone's own.
    """

    heads: str
    tags: str
    default: Callable[[], str | None]
    remote: str | None = None
    main: Callable[[], str | None] | None = None


def local(clone: Clone) -> Source:
    """Return the branches and tags of a clone itself; by default the one that HEAD is on is watched."""
    repository = clone.repository
    main = repository.main_branch
    return Source("refs/heads/", "refs/tags/", repository.head_branch, main=main)


def remote(places: Places, default: Callable[[], str | None]) -> Source:
    """Return the branches and tags that a remote had when it was last asked."""
    return Source(places.heads, places.tags, default, places.remote)


class Branches:
    """The branches of ``source`` that ``globs`` name; without any those that `wf.toml` names."""

    def __init__(self, clone: Clone, source: Source, globs: Iterable[str]) -> None:
        self._clone = clone
        self.source = self._source = source
        self._globs = tuple(globs)
        self._named = lru_cache(_KEPT)(self._read)

    def globs(self) -> tuple[str, ...]:
        """Return what names the watched branches; nothing where HEAD would have to, and is on none."""
        return self._globs or self._configured()

    def has(self, branch: str) -> bool:
        """Return whether a branch of this name is watched, if there is one."""
        return any(_fits(branch, glob) for glob in self.globs())

    def watched(self) -> Mapping[str, str]:
        """Return the watched branches with the commits they stand at."""
        refs, heads = self._clone.repository.refs, self._source.heads
        globs = self.globs()
        if not any(_WILD & set(glob) for glob in globs):
            # The usual case, without a process: this is on the way from a commit to its run.
            found = {branch: refs.read(f"{heads}{branch}") for branch in globs}
            return {branch: commit for branch, commit in found.items() if commit}
        every = self.all().items()
        return {b: c for b, c in every if any(_fits(b, g) for g in globs)}

    def why_idle(self) -> str:
        """Return why none of the branches that there are is watched, with what to do; nothing if one is."""
        if self.watched():
            return ""
        globs = self.globs()
        if not self.all():
            return _why_no_branch(self._source.remote)
        if not globs:
            return "HEAD is detached: name branches in `[controller] branches` of `wf.toml`"
        named = ", ".join(f"`{glob}`" for glob in globs)
        return f"there is no branch {named}: name others with `--branch`, or in `wf.toml`"

    def all(self) -> dict[str, str]:
        """Return all branches with the commits they stand at."""
        heads = self._source.heads
        listed = self._clone.repository.refs.list(heads).items()
        return {ref.removeprefix(heads): commit for ref, commit in listed}

    def tags(self) -> Mapping[str, str]:
        """Return the tags, by name, with what they stand at; the same object where none has changed."""
        return self._clone.repository.refs.list(self._source.tags)

    @property
    def tag_prefix(self) -> str:
        """How the refs of tags begin."""
        return self._source.tags

    def _configured(self) -> tuple[str, ...]:
        """Return what `wf.toml` names; without that the default branch."""
        named = next(filter(None, map(self._named, self._speakers())), ())
        default = self._source.default()
        return named or ((default,) if default is not None else ())

    def _speakers(self) -> Iterator[str]:
        """Yield the commits whose `wf.toml` says what is watched, those that count most first."""
        refs, main = self._clone.repository.refs, (self._source.main or self._source.default)()
        commits = [refs.read(self._source.heads + main) if main is not None else None]
        if self._source.remote is None:
            commits.append(refs.read("HEAD"))
        yield from filter(None, commits)

    def _read(self, commit: str) -> tuple[str, ...]:
        """Return the globs that the `wf.toml` of a commit names."""
        return configure(self._clone.facts(commit)).settings.controller.branches


def _why_no_branch(remote: str | None) -> str:
    if remote is None:
        return "there is no commit on any branch yet: commit something first"
    return f"no branch of `{remote}` is known here: push one, or `git fetch {remote}`"


def _fits(branch: str, glob: str) -> bool:
    """Return whether a glob fits a branch; those of agents only where it begins as they do.

    What an agent commits asks for nothing by itself.
    """
    if branch.startswith(_OF_AGENTS) and not glob.startswith(_OF_AGENTS):
        return False
    return fnmatchcase(branch, glob)
