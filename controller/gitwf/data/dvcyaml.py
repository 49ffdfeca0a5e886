"""`dvc.yaml` to stages: what a person wrote, read as DVC reads it."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from gitwf.data import yaml12
from gitwf.data.errors import BrokenFileError
from gitwf.data.overlaps import overlaps
from gitwf.data.stagefields import RefusedError, stage_of
from gitwf.data.templates import Read, TemplateError, Templates, has_templates, unescaped
from gitwf.plan.stage import FILE, Stage


class Refused(msgspec.Struct, frozen=True):
    """A stage that needs `dvc` itself, or is not as `dvc.yaml` has it; ``reason`` says why."""

    reason: str


class Beside(msgspec.Struct, frozen=True):
    """What stands beside a `dvc.yaml`.

    ``read`` gives the text of the file at a path below the DVC root, or None. ``folder`` is that of
    the `dvc.yaml`, there too, ``root`` where the DVC root is in the repository, and ``parsing`` that
    section of DVC's configuration.
    """

    read: Read
    folder: str = "."
    root: str = "."
    parsing: Mapping[str, str] = {}

    def place(self, stage: Stage) -> Stage:
        """Return ``stage``, which knows its folders only as the file has them, where it is."""
        wdir = posixpath.normpath(posixpath.join(self.folder, stage.wdir))
        return msgspec.structs.replace(stage, root=self.root, folder=self.folder, wdir=wdir)


def read_stages(text: str, beside: Beside | None = None) -> dict[str, Stage | Refused]:
    """Return the stages of a `dvc.yaml` by name, in the order of the file.

    Templates need to know what is ``beside`` the file; else the stages that have some are refused.

    Raises `BrokenFileError`: ``text`` is no `dvc.yaml` at all.
    """
    document = yaml12.loads(text, FILE)
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise BrokenFileError(f"`{FILE}` does not hold stages by name")
    stages = document.get("stages") or {}
    if not isinstance(stages, Mapping):
        raise BrokenFileError(f"`{FILE}` does not hold stages by name")
    templates = None
    if beside is not None:
        known = document.get("vars"), beside.folder, beside.read, beside.parsing
        templates = Templates(stages, *known)
    found: dict[str, Stage | Refused] = {}
    for name, body in stages.items():
        found.update(_read(str(name), body, templates))
    if beside is None:
        return found
    return {n: beside.place(s) if isinstance(s, Stage) else s for n, s in found.items()}


def apart(stages: Mapping[str, Stage | Refused]) -> dict[str, Stage | Refused]:
    """Return ``stages``, those refused that write what another writes: DVC takes none of the file."""
    outs = (
        (posixpath.normpath(posixpath.join(stage.wdir, out.path)), name)
        for name, stage in stages.items()
        if isinstance(stage, Stage)
        for out in stage.outs
    )
    clashes = {name: Refused(why) for name, why in overlaps(outs)}
    return {**stages, **clashes}


def _read(name: str, body: object, templates: Templates | None) -> dict[str, Stage | Refused]:
    """Return the stages that ``body`` stands for: one, or those of a group."""
    if not has_templates(body):
        return {name: _stage(name, unescaped(body))}
    if templates is None:
        return {name: Refused("it uses templates")}
    try:
        found = {each: _stage(each, fields) for each, fields in templates.stages(name, body)}
    except TemplateError as error:
        return {name: Refused(str(error))}
    if name not in found:
        members = ", ".join(f"`{each}`" for each in found) or "none"
        found[name] = Refused(f"it stands for several: {members}")
    return found


def _stage(name: str, body: object) -> Stage | Refused:
    try:
        return stage_of(name, body)
    except RefusedError as error:
        return Refused(str(error))
