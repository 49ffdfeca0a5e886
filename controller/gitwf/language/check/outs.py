"""Outs that two write in one run: WF401."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping

import msgspec

from gitwf.diagnostics import Diagnostic
from gitwf.language import tree
from gitwf.language.arguments import read_call
from gitwf.language.check.paths import PATH_FIELDS, working_folder
from gitwf.language.check.scene import Scene
from gitwf.language.check.sites import Meeting, Site, meeting
from gitwf.language.signature import REST_NAME, signature
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
                    message = _both(site, out, other, theirs)
                    hint = "give each a path of its own"
                    yield Diagnostic("WF401", message, path, site.command.name_span, hint)
                    return

    def _overlapping(self, path: str) -> Iterator[tuple[Site, _Out]]:
        yield from self._at.get(path, ())
        yield from self._under.get(path, ())
        for folder in _folders(path):
            yield from self._at.get(folder, ())


def _both(site: Site, out: _Out, other: Site, theirs: _Out) -> str:
    """Return the message that two calls write one out."""
    name, before = site.command.name, other.command.name
    if name == before:
        return f"two calls of `/{name}` write `{out.shown}` at once"
    same = "too" if theirs.path == out.path else f"as `{theirs.shown}`"
    return f"`/{name}` writes `{out.shown}`, which `/{before}` writes {same}"


def _folders(path: str) -> list[str]:
    return [path[:at] for at, character in enumerate(path) if character == "/" and at]


def _clash(one: Site, other: Site) -> bool:
    """Return whether two calls must not write the same: one command may write its out again."""
    met = meeting(one, other)
    again = one.definition.name == other.definition.name and met is Meeting.IN_TURN
    return met is not Meeting.NEVER and not again


# -- what a call writes --------------------------------------------------------------------------


class _Known(msgspec.Struct, frozen=True):
    """What is known of a text: all of it or None, and the variables that decide it."""

    text: str | None
    variables: frozenset[str] = frozenset()


def _outs(site: Site, scene: Scene) -> Iterator[_Out]:
    given = _given(site)
    folder = working_folder(site.definition)
    source = scene.program.sources[scene.program.definitions[site.command.name].path]
    for field in site.definition.fields:
        if field.name in OUT_FIELDS:
            for word in field.words:
                known = _known(word, given)
                path = None
                if known.text is not None:
                    path = posixpath.normpath(posixpath.join(folder, known.text))
                shown = path or source.text[word.span.start : word.span.end]
                yield _Out(path, shown, known.variables)


def _given(site: Site) -> Mapping[str, _Known]:
    """Return what is known of each parameter in a call: of its argument, or else its default."""
    call = read_call(signature(site.definition), site.command)
    words = {p.name: plain.word for p, plain in zip(call.slots, call.plain, strict=False)}
    words.update(call.named)
    given: dict[str, _Known] = {}
    for parameter in call.signature.parameters:
        if parameter.name in words:
            given[parameter.name] = _known(words[parameter.name], {})
        elif parameter.default is not None:
            given[parameter.name] = _known(parameter.default, given)
    rest = (_known(plain.word, {}).variables for plain in call.plain)
    return {**given, REST_NAME: _Known(None, frozenset().union(*rest))}


def _known(word: tree.Word, given: Mapping[str, _Known]) -> _Known:
    """Return what is known of ``word``, where ``given`` is known of the variables in it."""
    pieces = [_piece(part, given) for part in word.parts]
    texts = [piece.text for piece in pieces if piece.text is not None]
    text = "".join(texts) if len(texts) == len(pieces) else None
    return _Known(text, frozenset().union(*(piece.variables for piece in pieces)))


def _piece(part: tree.Part, given: Mapping[str, _Known]) -> _Known:
    match part:
        case tree.Literal(text=text):
            return _Known(text)
        case tree.Interpolation(expression=tree.Name(name=name)) if name in given:
            return given[name]
        case _:
            names = {node.name for node in walk(part) if isinstance(node, tree.Name)}
            behind = (given.get(name, _Known(None, frozenset({name}))) for name in names)
            return _Known(None, frozenset().union(*(known.variables for known in behind)))
