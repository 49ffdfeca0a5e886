"""What would become of a stage at a commit: restored or executed. Nothing is run, written or fetched."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from gitwf.data import lockfile
from gitwf.data.entry import Entry, Item, Params
from gitwf.data.errors import DataError
from gitwf.data.facts import FileFacts
from gitwf.data.hashes import HashInfo, Member, Tree, md5_of
from gitwf.data.look import look_for
from gitwf.data.params import params_in
from gitwf.data.project import Project
from gitwf.data.tracked import tracked_out
from gitwf.plan.stage import Stage

Written = Mapping[str, HashInfo | None]
"""What stages before it leave at paths of the repository; None: nobody knows before they have run."""


class Foresight(msgspec.Struct, frozen=True):
    """What is foreseen for a stage.

    ``entry`` is what would be restored, None where its command would be executed. ``reason`` is for people.
    """

    reason: str
    entry: Entry | None = None


class _UnknownError(Exception):
    """Only a run can tell; the message says why."""


def foresee(project: Project, facts: FileFacts, stage: Stage, written: Written) -> Foresight:
    """Return what would become of ``stage`` in a run of the commit that ``facts`` are about.

    ``project`` is where its cache is; ``written`` is what the stages before it leave.
    """
    try:
        wanted = Entry(stage.cmd, _deps(facts, stage, written), _params(facts, stage))
        look = look_for(project, stage, wanted, _locked(facts, stage))
    except _UnknownError as error:
        return Foresight(str(error))
    except (DataError, OSError) as error:
        return Foresight(f"it would fail: {error}")
    asked = "; the remote is asked too" if look.entry is None and project.remote else ""
    return Foresight(f"{look.reason}{asked}", look.entry)


def left_by(stage: Stage, entry: Entry | None) -> dict[str, HashInfo | None]:
    """Return what ``stage`` leaves at paths of the repository, ``entry`` being what is restored."""
    return {_place(stage, out.path): entry.out(out.path) if entry else None for out in stage.outs}


def _deps(facts: FileFacts, stage: Stage, written: Written) -> tuple[Item, ...]:
    return tuple(
        Item(path, _content(facts, _place(stage, path), written))
        for path in sorted(set(stage.deps))
    )


def _content(facts: FileFacts, path: str, written: Written) -> HashInfo:
    """Return what a dep would hold, as DVC hashes it."""
    if path in written:
        found = written[path]
        if found is None:
            raise _UnknownError(f"`{path}` is written anew before it")
        return found
    if any(_overlap(path, other) for other in written):
        raise _UnknownError(f"parts of `{path}` are written before it")
    return _in_git(facts, path) or _in_dvc(facts, path)


def _in_git(facts: FileFacts, path: str) -> HashInfo | None:
    if facts.is_file(path):
        data = facts.read(path) or b""
        return HashInfo(md5_of(data), len(data), isexec=facts.is_executable(path))
    names = facts.files(path) if facts.has(path) else {}
    if not names:
        return None
    if any(name.endswith(".dvc") for name in names):
        raise _UnknownError(f"`{path}` holds what DVC tracks")
    contents = {name: facts.read(name) or b"" for name in names}
    tree = Tree.of(Member(n.removeprefix(f"{path}/"), md5_of(d)) for n, d in contents.items())
    return HashInfo(tree.md5(), sum(map(len, contents.values())), len(contents))


def _in_dvc(facts: FileFacts, path: str) -> HashInfo:
    name = f"{path}.dvc"
    text = facts.text(name)
    if text is None:
        raise _UnknownError(f"what `{path}` will hold is not known before it runs")
    return tracked_out(text, name).content


def _params(facts: FileFacts, stage: Stage) -> Params:
    found: dict[str, dict[str, object]] = {}
    for file, keys in stage.params.items():
        text = facts.text(_place(stage, file))
        if text is None:
            raise _UnknownError(f"`{file}` is not in the commit")
        found[posixpath.normpath(file)] = params_in(text, file, keys)
    return found


def _locked(facts: FileFacts, stage: Stage) -> Entry | None:
    text = facts.text(stage.beside(lockfile.NAME))
    return lockfile.parse(text or "").entry(stage.name)


def _place(stage: Stage, path: str) -> str:
    return posixpath.normpath(posixpath.join(stage.place, path))


def _overlap(one: str, other: str) -> bool:
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")
