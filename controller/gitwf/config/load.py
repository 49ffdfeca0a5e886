"""Text of a `wf.toml` to `Settings`, with a diagnostic at each key that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal, TypeVar, get_args, get_origin

import msgspec

from gitwf.config.quantity import Duration, Size
from gitwf.config.settings import NAMED_DROIDS, Origin, Path, SecretName, Settings, Table
from gitwf.diagnostics import Diagnostic, Span, nearest

_SHOWN = 40
_PLACE = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"
_NOT_UTF8 = "[\udc80-\udcff]"
"""A byte that is no UTF-8, as ``surrogateescape`` hands it on."""
_FORMS: Mapping[object, str] = {
    str: "a string",
    bool: "`true` or `false`",
    Duration: Duration.form,
    Size: Size.form,
}
_BOOLEANS: Mapping[str, str] = {
    **dict.fromkeys(("yes", "on", "true"), "true"),
    **dict.fromkeys(("no", "off", "false"), "false"),
}
"""What YAML and other languages write for what TOML does."""
_T = TypeVar("_T", bound=Table)


class Loaded(msgspec.Struct, frozen=True):
    """What a `wf.toml` says. A setting with a diagnostic has its default."""

    settings: Settings
    diagnostics: tuple[Diagnostic, ...] = ()


class _Fault(msgspec.Struct, frozen=True):
    """What is wrong with the setting at ``at``."""

    at: Path
    message: str
    hint: str | None = None


def load(text: str, path: str = "wf.toml") -> Loaded:
    """Return the settings that ``text`` holds, and what is wrong with it.

    Text that is no TOML, or no UTF-8, is WF601, and all settings are then the defaults. A setting that does not
    exist, or whose value is not of its type, is WF602. ``path`` is the name for diagnostics.
    """
    if not text.strip():
        return Loaded(Settings())
    if broken := re.search(_NOT_UTF8, text):
        return Loaded(Settings(), (_not_utf8(broken, path),))
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Loaded(Settings(), (_broken(str(error), text, path),))
    except RecursionError:
        return Loaded(Settings(), (_broken("nested too deeply", text, path),))
    faults: list[_Fault] = []
    settings = _table(Settings, _droids_apart(document), (), faults)
    faults += _misplaced(settings)
    faults += _outside(settings)
    return Loaded(settings, _reported(faults, text, path))


def _not_utf8(broken: re.Match[str], path: str) -> Diagnostic:
    message = f"byte 0x{ord(broken[0]) - 0xDC00:02X} is not UTF-8"
    return Diagnostic("WF601", message, path, Span(*broken.span()), "save the file as UTF-8")


def _broken(message: str, text: str, path: str) -> Diagnostic:
    """Return the WF601 for a message of `tomllib`, which ends in its place."""
    place = re.search(_PLACE, message)
    at = len(text)
    if place and place[1]:
        before = text.split("\n")[: int(place[1]) - 1]
        at = sum(len(line) + 1 for line in before) + int(place[2]) - 1
    words = message[: place.start()] if place else message
    hint = _instead(text[at:]) if words == "Invalid value" else None
    message = f"not TOML: {words[:1].lower()}{words[1:]}"
    return Diagnostic("WF601", message, path, Span(at, at + 1), hint)


def _instead(rest: str) -> str:
    """Return what to write for what ``rest`` begins with, which is no value of TOML."""
    word = re.match(r"\w*", rest)
    if meant := _BOOLEANS.get(word[0].lower() if word else ""):
        return f"write `{meant}`"
    return 'text stands in quotes: `name = "text"`'


def _droids_apart(document: dict[str, object]) -> dict[str, object]:
    """Return ``document`` with the tables ``[droid.NAME]`` apart from ``[droid]``."""
    droid = document.get("droid")
    if not isinstance(droid, dict):
        return document
    named = {name: entry for name, entry in droid.items() if isinstance(entry, dict)}
    own = {key: entry for key, entry in droid.items() if key not in named}
    return {**document, "droid": own, NAMED_DROIDS: named}


def _misplaced(settings: Settings) -> Iterator[_Fault]:
    """Yield what is wrong with the order of environments: it would have runs wait for good."""
    for name, environment in settings.env.items():
        at = ("env", name, "after")
        for first in environment.after:
            if first not in settings.env:
                close = nearest(first, sorted(settings.env))
                hint = f"did you mean `{close}`?" if close else f"add a table `[env.{first}]`"
                yield _Fault(at, f"there is no environment `{first}`", hint)
        if name in _all_before(name, settings):
            yield _Fault(at, f"`{name}` would have to wait for itself")


def _outside(settings: Settings) -> Iterator[_Fault]:
    """Yield a fault where the file of results would lie outside of the working tree."""
    path = PurePosixPath(settings.results.file)
    if path.is_absolute() or ".." in path.parts or ".git" in path.parts:
        message = f"`{path}` leads out of the working tree"
        yield _Fault(("results", "file"), message, "name a file in it")


def _all_before(name: str, settings: Settings) -> set[str]:
    """Return the environments that come before ``name``, and before those."""
    before: set[str] = set()
    due = list(settings.env[name].after)
    while due:
        first = due.pop()
        if first in settings.env and first not in before:
            before.add(first)
            due += settings.env[first].after
    return before


def _reported(faults: list[_Fault], text: str, path: str) -> tuple[Diagnostic, ...]:
    if not faults:
        return ()
    from gitwf.config.place import key_places

    places = key_places(text)
    found = [Diagnostic("WF602", f.message, path, places[f.at], f.hint) for f in faults]
    return tuple(sorted(found, key=lambda d: d.span))


# -- tables --------------------------------------------------------------------------------------


def _table(kind: type[_T], entries: Mapping[str, object], at: Path, faults: list[_Fault]) -> _T:
    """Return the table at ``at``; what is wrong in ``entries`` goes to ``faults``."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    settings: dict[str, object] = {}
    for key, entry in entries.items():
        where = ("droid",) if key == NAMED_DROIDS else (*at, key)
        if field := fields.get(key):
            settings |= _setting(field.name, field.type, entry, where, faults)
        else:
            faults.append(_unknown(kind, key, where))
    return kind(**settings)


def _setting(
    name: str, kind: object, entry: object, at: Path, faults: list[_Fault]
) -> dict[str, object]:
    """Return ``entry`` as a ``kind`` under its ``name``, or nothing where it is none."""
    if isinstance(entry, dict) and get_origin(kind) is Mapping:
        named: dict[str, object] = {}
        for key, inner in entry.items():
            named |= _setting(key, get_args(kind)[1], inner, (*at, key), faults)
        return {name: named}
    if isinstance(entry, dict) and (table := _table_in(kind)):
        return {name: _table(table, entry, at, faults)}
    try:
        return {name: msgspec.convert(entry, kind, dec_hook=_read)}
    except msgspec.ValidationError:
        faults.append(_mistyped(kind, entry, at))
        return {}


def _table_in(kind: object) -> type[Table] | None:
    """Return the table that a setting of the type ``kind`` is, or may be; None: it is no table."""
    kind = _present(kind)
    return kind if isinstance(kind, type) and issubclass(kind, Table) else None


def _read(kind: type, setting: object) -> object:
    return kind.read(setting) if issubclass(kind, (Duration, Size)) else setting


# -- words ---------------------------------------------------------------------------------------


def _unknown(kind: type[Table], key: str, at: Path) -> _Fault:
    close = nearest(key, kind.__struct_encode_fields__)
    home = next(_homes(key), None)
    hint = f"did you mean `{close}`?" if close else None
    if hint is None and home:
        hint = f"`{key}` stands under `[{home}]`"
    if len(at) == 1:
        return _Fault(at, f"there is no table or setting `{key}`", hint)
    return _Fault(at, f"there is no setting `{key}` in `[{'.'.join(at[:-1])}]`", hint)


def _homes(key: str) -> Iterator[str]:
    """Yield the tables that do have a setting called ``key``."""
    for field in msgspec.structs.fields(Settings):
        named = get_origin(field.type) is Mapping
        table = _table_in(get_args(field.type)[1] if named else field.type)
        if table and key in table.__struct_fields__:
            yield f"{field.name}.NAME" if named else field.name


def _mistyped(kind: object, entry: object, at: Path) -> _Fault:
    hint = None
    present = _present(kind)
    if _table_in(kind):
        hint = f"its settings stand under `[{'.'.join(at)}]`"
    elif present == SecretName:
        hint = f'put it into a variable of the environment, and name that: `{at[-1]} = "NAME"`'
    elif isinstance(entry, str) and get_origin(present) is tuple:
        hint = f'write `{at[-1]} = ["{entry}"]`'
    is_secret = isinstance(entry, str) and present in (Origin, SecretName)
    shown = "what may be the secret itself" if is_secret else _shown(entry)
    return _Fault(at, f"`{at[-1]}` takes {_form(kind)}, not {shown}", hint)


def _form(kind: object) -> str:
    """Return what a setting of the type ``kind`` looks like, in words."""
    kind = _present(kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return str(args[1].description)
    if origin is Literal:
        return "one of " + ", ".join(f'`"{choice}"`' for choice in args)
    if origin is tuple:
        return "a list of strings" if args[0] is str else f"a list of {_form(args[0])}"
    return _FORMS.get(kind, "a table")


def _present(kind: object) -> object:
    """Return the type without its `None`."""
    given = [arg for arg in get_args(kind) if arg is not type(None)]
    return given[0] if type(None) in get_args(kind) else kind


def _shown(entry: object) -> str:
    """Return a short ``entry`` as it stands, a long one by its kind."""
    if isinstance(entry, dict):
        return "a table"
    written = msgspec.json.encode(entry).decode()
    if len(written) <= _SHOWN:
        return f"`{written}`"
    return "this list" if isinstance(entry, list) else "this"
