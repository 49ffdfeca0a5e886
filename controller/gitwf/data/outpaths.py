"""Which paths the stages of a `dvc.yaml` write, also of stages that only `dvc` can run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from gitwf.data import yaml12
from gitwf.data.dvcyaml import NAME

_SECTIONS = ("outs", "metrics", "plots")


def out_paths(text: str) -> Iterator[str]:
    """Yield the paths, relative to the file's folder; templates (`${…}`) stand as they are.

    Raises `BrokenFileError`: ``text`` is no YAML.
    """
    document = yaml12.loads(text, NAME)
    stages = document.get("stages") if isinstance(document, Mapping) else None
    for stage in stages.values() if isinstance(stages, Mapping) else ():
        body = stage.get("do", stage) if isinstance(stage, Mapping) else None
        if isinstance(body, Mapping):
            yield from _of_stage(body)


def _of_stage(body: Mapping[object, object]) -> Iterator[str]:
    folder = str(body.get("wdir") or ".")
    for section in _SECTIONS:
        entries = body.get(section)
        for entry in entries if isinstance(entries, list) else ():
            for path in entry if isinstance(entry, Mapping) else (entry,):
                yield posixpath.normpath(posixpath.join(folder, str(path)))
