"""Which commits, tags and times a workflow asks to be run for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from gitwf.language import tree
from gitwf.language.glob import matches, matches_path
from gitwf.plan.calls import literal_text


class CommitTrigger(msgspec.Struct, frozen=True):
    """An ``on:commit``: globs of branches (None: the watched ones) and of changed paths.

    ``supersede``: what becomes of a run that goes on when a newer commit comes. ``finish``: it
    ends, then the newest head; ``cancel``: it is stopped first; ``queue``: each head in its turn.
    """

    branches: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None
    supersede: str = "finish"

    def fits(self, branch: str, *, watched: bool, changed: Iterable[str] | None) -> bool:
        """Return whether a head of ``branch`` fits.

        ``changed`` are the paths that differ from the last commit that was decided; None: all.
        """
        if self.branches is None and not watched:
            return False
        if self.branches is not None and not any(matches(g, branch) for g in self.branches):
            return False
        if self.paths is None or changed is None:
            return True
        paths = self.paths
        return any(matches_path(glob, path) for path in changed for glob in paths)


def commit_triggers(file: tree.File) -> tuple[CommitTrigger, ...]:
    """Return the ``on:commit`` triggers of ``file``.

    A file with a job and no ``on:`` has one without conditions; definitions alone ask for nothing.
    """
    if any(isinstance(s, tree.Trigger) for s in _statements(file)):
        return tuple(_commit_trigger(t) for t in _triggers(file, "commit"))
    silent = (tree.Use, tree.Trigger, tree.Definition, tree.Handler, tree.Missing)
    has_job = any(not isinstance(s, silent) for s in _statements(file))
    return (CommitTrigger(),) if has_job else ()


def asks_for_tag(file: tree.File, name: str) -> bool:
    """Return whether an ``on:tag`` of ``file`` fits the tag ``name``."""
    globs = (_globs(_options(t).get("tag")) for t in _triggers(file, "tag"))
    return any(given is None or any(matches(g, name) for g in given) for given in globs)


def crons(file: tree.File) -> tuple[str, ...]:
    """Return the times of the ``on:schedule`` triggers of ``file``, as crontabs spell them."""
    given = (_options(t).get("cron") for t in _triggers(file, "schedule"))
    return tuple(text for text in given if text)


def _statements(file: tree.File) -> Iterator[tree.Statement]:
    return (item.statement for line in file.block.lines for item in line.items)


def _triggers(file: tree.File, event: str) -> Iterator[tree.Trigger]:
    found = (s for s in _statements(file) if isinstance(s, tree.Trigger))
    return (trigger for trigger in found if trigger.event == event)


def _options(trigger: tree.Trigger) -> dict[str, str]:
    return {option.key: literal_text(option.value) for option in trigger.options}


def _commit_trigger(trigger: tree.Trigger) -> CommitTrigger:
    options = _options(trigger)
    return CommitTrigger(
        _globs(options.get("branch")),
        _globs(options.get("path")),
        options.get("supersede", "finish"),
    )


def _globs(text: str | None) -> tuple[str, ...] | None:
    return tuple(part for part in text.split(",") if part) if text else None
