"""What would become of a stage at a commit: restored or executed. Nothing is run, written or fetched."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

import msgspec

from gitwf.data import lockfile
from gitwf.data.entry import Entry, Item, Params
from gitwf.data.errors import DataError
from gitwf.data.facts import FileFacts
from gitwf.data.hasher import Hasher
from gitwf.data.hashes import HashInfo, Member, Tree, md5_of
from gitwf.data.look import look_for
from gitwf.data.params import params_in
from gitwf.data.project import Project
from gitwf.data.tracked import tracked_out
from gitwf.plan.stage import Stage

Written = Mapping[str, HashInfo | None]
"""What stages before it leave at paths of the repository; None: nobody knows before they have run."""


Large = Mapping[str, Path]
"""Where the contents are, or would be, of files of which git has a pointer."""


class Foresight(msgspec.Struct, frozen=True):
    """What is foreseen for a stage.

    ``entry`` is what would be restored, None where its command would be executed, or where it ``fails`` before
    that. ``reason`` is for people.
    """

    reason: str
    entry: Entry | None = None
    fails: bool = False


class _UnknownError(Exception):
    """Only a run can tell; the message says why."""


def foresee(
    project: Project, facts: FileFacts, stage: Stage, written: Written, large: Large
) -> Foresight:
    """Return what would become of ``stage`` in a run of the commit that ``facts`` are about.

    ``project`` is where its cache is; ``written`` is what the stages before it leave.
    """
    try:
        seen = _Seen(facts, project.hasher, written, large)
        wanted = Entry(stage.cmd, _deps(seen, stage), _params(seen, stage))
        look = look_for(project, stage, wanted, _locked(facts, stage))
    except _UnknownError as error:
        return Foresight(str(error))
    except (DataError, OSError) as error:
        return Foresight(str(error), fails=True)
    asked = "; the remote is asked too" if look.entry is None and project.remote else ""
    return Foresight(f"{look.reason}{asked}", look.entry)


def left_by(stage: Stage, entry: Entry | None) -> dict[str, HashInfo | None]:
    """Return what ``stage`` leaves at paths of the repository, ``entry`` being what is restored."""
    return {_place(stage, out.path): entry.out(out.path) if entry else None for out in stage.outs}


class _Seen(msgspec.Struct, frozen=True):
    """What a stage would see of its deps."""

    facts: FileFacts
    hasher: Hasher
    written: Written
    large: Large

    def content(self, path: str) -> HashInfo:
        """Return what a dep would hold, as DVC hashes it."""
        if path in self.written:
            found = self.written[path]
            if found is None:
                raise _UnknownError(f"`{path}` is written anew before it")
            return found
        if any(_overlap(path, other) for other in self.written):
            raise _UnknownError(f"parts of `{path}` are written before it")
        return self._in_git(path) or _in_dvc(self.facts, path)

    def _in_git(self, path: str) -> HashInfo | None:
        if self.facts.submodule(path) is not None:
            raise _UnknownError(f"`{path}` is in a submodule, which only a run looks at")
        if self.facts.is_file(path):
            known = self._file(path)
            return HashInfo(known.md5, known.size, isexec=self.facts.is_executable(path))
        names = self.facts.files(path) if self.facts.has(path) else {}
        if not names:
            return None
        if any(name.endswith(".dvc") for name in names):
            raise _UnknownError(f"`{path}` holds what DVC tracks")
        found = {name: self._file(name) for name in names}
        tree = Tree.of(Member(n.removeprefix(f"{path}/"), i.md5) for n, i in found.items())
        return HashInfo(tree.md5(), sum(i.size or 0 for i in found.values()), len(found))

    def _file(self, path: str) -> HashInfo:
        """Return the hash of a file of the commit: of its content, where git has its pointer."""
        if self.facts.submodule(path) is not None:
            raise _UnknownError(f"`{path}` is a submodule, which only a run looks at")
        if path not in self.large:
            data = self.facts.read(path) or b""
            return HashInfo(md5_of(data), len(data))
        if not self.large[path].exists():
            raise _UnknownError(f"the content of `{path}` is not fetched from LFS yet")
        return self.hasher.file(self.large[path])


def _deps(seen: _Seen, stage: Stage) -> tuple[Item, ...]:
    return tuple(Item(path, seen.content(_place(stage, path))) for path in sorted(set(stage.deps)))


def _in_dvc(facts: FileFacts, path: str) -> HashInfo:
    name = f"{path}.dvc"
    text = facts.text(name)
    if text is None:
        raise _UnknownError(f"what `{path}` will hold is not known before it runs")
    return tracked_out(text, name).content


def _params(seen: _Seen, stage: Stage) -> Params:
    found: dict[str, dict[str, object]] = {}
    for file, keys in stage.params.items():
        path = _place(stage, file)
        if any(path == other or _overlap(path, other) for other in seen.written):
            raise _UnknownError(f"`{path}` is written before it")
        text = seen.facts.text(path)
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
