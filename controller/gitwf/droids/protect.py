"""Protected paths: what decides what runs is not for an agent to change, unless its step allows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitwf.language.glob import matches_path

ALWAYS = (".git*",)
"""Protected whatever `wf.toml` says: attributes, modules and ignored files of git."""

DEFAULT = ("*.wf", "wf.toml", ".github/**", "hooks/**", "droids/**", ".factory/**", ".claude/**")
"""Protected where `wf.toml` says nothing: workflows, settings, CI, hooks, agents and their settings."""


def refused(paths: Iterable[str], protected: Sequence[str], allowed: Sequence[str]) -> list[str]:
    """Return the ``paths`` that fit a glob of ``protected`` (or of `ALWAYS`) and none of ``allowed``."""
    guarded = (*ALWAYS, *protected)
    return [path for path in paths if _fits(path, guarded) and not _fits(path, allowed)]


def _fits(path: str, globs: Iterable[str]) -> bool:
    """Return whether a glob fits: one without a slash fits names in all folders, as in `.gitignore`."""
    return any(matches_path(glob if "/" in glob else f"**/{glob}", path) for glob in globs)
