"""What a run adds to its commit: its `dvc.yaml`, its `dvc.lock`, kept files, stages' results."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from gitwf.data.atomic import write_whole
from gitwf.data.mergeyaml import merge_stages
from gitwf.engine.contents import Contents
from gitwf.engine.replay.recorder import Files
from gitwf.engine.unit.scope import name_of
from gitwf.plan.stage import Stage
from gitwf.records.store import Records
from gitwf.repo.commits import Change, File

_STAGES, _LOCK, _ANSWERS, _USED = "dvc.yaml", "dvc.lock", "answers", "stages.jsonl"


class RunShelf:
    """Collects what belongs into the ref of one run, from its workspace.

    ``folder`` is what the clone has of the run: its stages and what they answered are there at once,
    for other runs and for another playing of this one. ``own`` are stages of the repository: its
    `dvc.yaml` files say what they are. ``kept`` are files that a playing before it kept.
    """

    def __init__(
        self,
        records: Records,
        workspace: Path,
        folder: Path,
        own: Collection[Stage] = (),
        kept: Iterable[str] = (),
    ) -> None:
        self._records = records
        self._workspace = workspace
        self._folder = folder
        self._own = own
        self._stages = {stage.beside(stage.name): stage for stage in _used(folder / _USED)}
        self._results = {file.stem: file.read_bytes() for file in folder.glob(f"{_ANSWERS}/*.json")}
        self._kept = set(kept)
        self._merged: tuple[str | None, Mapping[str, Stage], str | None] = (None, {}, None)
        self._contents = Contents(workspace, records.runs)
        self._lock = threading.Lock()

    def find(self, key: str) -> bytes | None:
        """Return what is kept for a stage: by this run, else by the newest that has it."""
        found = self._results.get(key)
        if found is None:
            found = self._of_ongoing(key) or self._records.runs.find_result(key)
            if found is not None:
                self._take(key, found)
        return found

    def put(self, key: str, record: bytes) -> None:
        """Keep a record with the run."""
        path = _answer(self._folder, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, record, sync=False)
        self._take(key, record)

    def _take(self, key: str, record: bytes) -> None:
        with self._lock:
            self._results[key] = record

    def _of_ongoing(self, key: str) -> bytes | None:
        """Return what the newest run has for a stage whose records are not whole in git yet."""
        for run in reversed(self._records.ongoing.runs()):
            with suppress(FileNotFoundError):
                return _answer(self._folder.with_name(run), key).read_bytes()
        return None

    def use(self, stage: Stage) -> None:
        """Have the run hold ``stage``, and what it was executed with."""
        name = stage.beside(stage.name)
        with self._lock:
            if self._stages.get(name) != stage:
                self._stages[name] = stage
                with (self._folder / _USED).open("ab") as file:
                    file.write(b"\n" + msgspec.json.encode(stage))

    def keep(self, path: str) -> None:
        """Keep a file of the workspace with the run."""
        name = name_of(self._workspace, path)
        with self._lock:
            self._kept.add(name)

    def gather(self) -> Files:
        """Return what the run has so far."""
        with self._lock:
            stages, kept, results = dict(self._stages), sorted(self._kept), dict(self._results)
        files: dict[str, Change] = {}
        if stages and (text := self._with_stages(stages)):
            files[_STAGES] = File(text.encode())
        kept += sorted({stage.beside(_LOCK) for stage in stages.values()})
        for name in kept:
            if content := self._contents.of(name):
                files[name] = content
        return Files(files, results)

    def used(self) -> list[Stage]:
        """Return the stages that the run has used."""
        with self._lock:
            return list(self._stages.values())

    def write_stages(self) -> None:
        """Write `dvc.yaml` in the workspace, with the stages that the run used."""
        if self._stages and (text := self._with_stages(self._stages)):
            write_whole(self._workspace / _STAGES, text.encode())

    def _with_stages(self, stages: Mapping[str, Stage]) -> str:
        """Return the text of the workspace's `dvc.yaml` with ``stages`` in it."""
        path = self._workspace / _STAGES
        text = path.read_text(encoding="utf-8") if path.exists() else None
        base, known, merged = self._merged
        if base != text or merged is None:
            known, merged = {}, text
        defined = {name: stage for name, stage in stages.items() if stage not in self._own}
        fresh = [stage for name, stage in defined.items() if known.get(name) != stage]
        merged = merge_stages(merged, fresh) if fresh else merged or ""
        self._merged = (text, stages, merged)
        return merged


def _used(path: Path) -> Iterator[Stage]:
    """Yield the stages that are on disk, but those that a crash cut off."""
    with suppress(FileNotFoundError):
        for line in path.read_bytes().split(b"\n"):
            with suppress(msgspec.DecodeError):
                yield msgspec.json.decode(line, type=Stage)


def _answer(folder: Path, key: str) -> Path:
    return folder / _ANSWERS / f"{key}.json"
