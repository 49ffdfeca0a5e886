"""Effects that would change one environment at once: WF503."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from gitwf.diagnostics import Diagnostic
from gitwf.language.check.form import literal
from gitwf.language.check.scene import Scene
from gitwf.language.check.sites import Meeting, Site, meeting


def check_effects(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF503 for each call of an effect that may run beside another of its environment."""
    path = scene.path
    changing = [(site, name) for site in scene.sites if (name := _environment(site))]
    for site, name in changing:
        if any(mark.at_once for mark in site.copies):
            message = f"the copies of `/{site.command.name}` change `{name}` at once"
            hint = "a sweep with `max:1` runs them in turn"
            yield Diagnostic("WF503", message, path, site.command.name_span, hint)
    for (one, name), (other, other_name) in combinations(changing, 2):
        if name == other_name and meeting(one, other) is Meeting.AT_ONCE:
            names = sorted({f"`/{one.command.name}`", f"`/{other.command.name}`"})
            who = " and ".join(names) if len(names) > 1 else f"two calls of {names[0]}"
            message = f"{who} change `{name}` at once"
            hint = "run them one after the other"
            yield Diagnostic("WF503", message, path, other.command.name_span, hint)


def _environment(site: Site) -> str | None:
    field = site.definition.field("effect")
    return literal(field.words[0]) if field and field.words else None
