"""Outs that two write in one run: WF401."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from gitwf.diagnostics import Diagnostic
from gitwf.language import tree
from gitwf.language.arguments import read_call
from gitwf.language.check.form import literal
from gitwf.language.check.paths import PATH_FIELDS, working_folder
from gitwf.language.check.scene import Scene
from gitwf.language.check.sites import Meeting, Site, meeting
from gitwf.language.signature import signature
from gitwf.language.walk import walk

OUT_FIELDS = PATH_FIELDS - {"deps"}
"""The fields of a definition that name what it writes."""


class _Out(msgspec.Struct, frozen=True):
    """What a call writes: its path, None where values decide it, and the variables it is of."""

    path: str | None
    shown: str
    variables: frozenset[str]


def check_outs(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a WF401 for each call that writes what another one, or its own copy, writes."""
    before = _Written()
    for site in scene.sites:
        outs = list(_outs(site, scene))
        yield from _by_copies(site, outs, scene.path)
        yield from before.clashes(site, outs, scene.path)
        before.add(site, outs)


def _by_copies(site: Site, outs: list[_Out], path: str) -> Iterator[Diagnostic]:
    """Yield a WF401 for the first out that is the same in all copies of a call."""
    for mark in site.copies:
        for out in outs:
            if not out.variables & mark.varies:
                message = f"each copy of `/{site.command.name}` writes `{out.shown}`"
                hint = f"put what differs into its path: `${{{mark.by}}}`"
                yield Diagnostic("WF401", message, path, site.command.name_span, hint)
                return


class _Written:
    """What the calls so far write, by path and by the folders that the path is in."""

    def __init__(self) -> None:
        self._at: dict[str, list[tuple[Site, _Out]]] = defaultdict(list)
        self._under: dict[str, list[tuple[Site, _Out]]] = defaultdict(list)

    def add(self, site: Site, outs: list[_Out]) -> None:
        """Take note of what a call writes."""
        for out in outs:
            if out.path is not None:
                self._at[out.path].append((site, out))
                for folder in _folders(out.path):
                    self._under[folder].append((site, out))

    def clashes(self, site: Site, outs: list[_Out], path: str) -> Iterator[Diagnostic]:
        """Yield a WF401 for the first out of a call that another call writes."""
        for out in outs:
            for other, theirs in self._overlapping(out.path) if out.path else ():
                if _clash(other, site):
                    same = "too" if theirs.path == out.path else f"as `{theirs.shown}`"
                    message = f"`/{site.command.name}` writes `{out.shown}`, "
                    message += f"which `/{other.command.name}` writes {same}"
                    hint = "give each a path of its own"
                    yield Diagnostic("WF401", message, path, site.command.name_span, hint)
                    return

    def _overlapping(self, path: str) -> Iterator[tuple[Site, _Out]]:
        yield from self._at.get(path, ())
        yield from self._under.get(path, ())
        for folder in _folders(path):
            yield from self._at.get(folder, ())


def _folders(path: str) -> list[str]:
    return [path[:at] for at, character in enumerate(path) if character == "/" and at]


def _clash(one: Site, other: Site) -> bool:
    """Return whether two calls must not write the same: one command may write its out again."""
    met = meeting(one, other)
    again = one.definition.name == other.definition.name and met is Meeting.IN_TURN
    return met is not Meeting.NEVER and not again


# -- what a call writes --------------------------------------------------------------------------


def _outs(site: Site, scene: Scene) -> Iterator[_Out]:
    given = _given(site)
    source = scene.program.sources[scene.program.definitions[site.command.name].path]
    for field in site.definition.fields:
        if field.name in OUT_FIELDS:
            for word in field.words:
                shown = source.text[word.span.start : word.span.end]
                yield _out(word, shown, working_folder(site.definition), given)


def _given(site: Site) -> Mapping[str, tree.Word]:
    """Return the word that gives each parameter its value: an argument, or its default."""
    call = read_call(signature(site.definition), site.command)
    defaults = {p.name: p.default for p in site.definition.parameters if p.default}
    placed = {p.name: plain.word for p, plain in zip(call.slots, call.plain, strict=False)}
    return {**defaults, **placed, **call.named}


def _out(word: tree.Word, shown: str, folder: str, given: Mapping[str, tree.Word]) -> _Out:
    text: str | None = ""
    variables: set[str] = set()
    for part in word.parts:
        piece = _piece(part, given)
        text = None if text is None or piece is None else text + piece
        if isinstance(part, tree.Interpolation):
            for name in _names(part.expression):
                variables |= _behind(name, given)
    path = None if text is None else posixpath.normpath(posixpath.join(folder, text))
    return _Out(path, path or shown, frozenset(variables))


def _piece(part: tree.Part, given: Mapping[str, tree.Word]) -> str | None:
    """Return the text of a part of an out, None where it is not certain."""
    match part:
        case tree.Literal(text=text):
            return text
        case tree.Interpolation(expression=tree.Name(name=name)) if name in given:
            return literal(given[name])
        case _:
            return None


def _behind(name: str, given: Mapping[str, tree.Word]) -> set[str]:
    """Return the variables of the file that decide a name of a definition."""
    return set(_names(given[name])) if name in given else {name}


def _names(node: tree.Node) -> Iterator[str]:
    return (found.name for found in walk(node) if isinstance(found, tree.Name))
