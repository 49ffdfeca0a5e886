"""The paths that DVC provides: what its files track, and what stages write (`dvc`'s own as well)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from gitwf.data.errors import BrokenFileError
from gitwf.plan.stage import FILE

_SECTIONS = ("outs", "metrics", "plots")
_TEMPLATE = re.compile(r"\$\{.*?\}", re.DOTALL)
_TRACKS = ".dvc"

Text = Callable[[str], str | None]


def provided_paths(files: Iterable[str], text: Text) -> Iterator[str]:
    """Yield what the `*.dvc` files and the `dvc.yaml` among ``files``, and on top, provide.

    A template in a path is a ``*``. A `dvc.yaml` that cannot be read provides nothing.
    """
    pipelines = {FILE}
    for path in files:
        if path.endswith(_TRACKS):
            yield path.removesuffix(_TRACKS)
        elif path.endswith(f"/{FILE}"):
            pipelines.add(path)
    for path in pipelines:
        content = text(path)
        try:
            outs = list(out_paths(content)) if content else []
        except BrokenFileError:
            continue
        for out in outs:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), _starred(out)))


def _starred(path: str) -> str:
    return _TEMPLATE.sub("*", path)


def out_paths(text: str) -> Iterator[str]:
    """Yield the paths, relative to the file's folder; templates (`${…}`) stand as they are.

    Raises `BrokenFileError`: ``text`` is no YAML.
    """
    from gitwf.data import yaml12

    document = yaml12.loads(text, FILE)
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
