"""`dvc.lock`: read one entry of it, or put entries into it and leave the rest as it is.

The text is cut into the blocks of its stages, so that a change of one entry neither reads nor
writes the others. What does not look like a file that DVC wrote is read as YAML, whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from gitwf.data import emit, yaml12
from gitwf.data.entry import Entry, read_entry
from gitwf.data.errors import BrokenFileError

NAME = "dvc.lock"

_HEAD = "schema: '2.0'\nstages:\n"
_STAGE = re.compile(r"^  (?=\S)", re.MULTILINE)
_CONFLICT = re.compile(r"^(?:[<>|]{7} .*|={7})\r?$", re.MULTILINE)
_PLAIN_KEY = re.compile(r"([A-Za-z_][\w-]*):\n")
_MEND = f"mend it, or remove `{NAME}`: what was executed comes back from the run cache"


class Lockfile(msgspec.Struct, frozen=True):
    """The entries of a `dvc.lock`: ``blocks`` of text by stage, in the order of the file."""

    blocks: Mapping[str, str] = {}
    tail: str = ""

    def entry(self, stage: str) -> Entry | None:
        """Return the entry of ``stage``, or None where there is none.

        Raises `BrokenFileError`: it is not readable. `UnsupportedError`: it holds what git wf does
        not read: see `read_entry`.
        """
        block = self.blocks.get(stage)
        return None if block is None else _entry(block, stage)

    def entries(self) -> dict[str, Entry]:
        """Return all entries by stage. Raises as `entry`."""
        return {stage: _entry(block, stage) for stage, block in self.blocks.items()}

    def with_blocks(self, blocks: Mapping[str, str]) -> Lockfile:
        """Return the file with ``blocks`` in it: in their old places, the new ones at the end."""
        return Lockfile({**self.blocks, **blocks}, self.tail)

    def text(self) -> str:
        """Return the text of the file."""
        return _HEAD + "".join(self.blocks.values()) + self.tail


def parse(text: str) -> Lockfile:
    """Return the file that ``text`` is; empty text has no entries.

    Raises `BrokenFileError`: ``text`` is no `dvc.lock` of DVC 2 or 3.
    """
    if not text.strip():
        return Lockfile()
    return _cut(text) or _load(text)


@lru_cache(maxsize=1)
def problem(text: str) -> BrokenFileError | None:
    """Return why `parse` refuses ``text``, or None. That of many workflows is looked at once."""
    try:
        parse(text)
    except BrokenFileError as error:
        return error
    return None


def emit_blocks(entries: Mapping[str, Entry]) -> dict[str, str]:
    """Return the lines of ``entries`` in `dvc.lock`, as DVC writes them."""
    return {stage: _block(stage, entry.document()) for stage, entry in entries.items()}


def _cut(text: str) -> Lockfile | None:
    """Return the file cut at its stages, or None where it is not laid out as DVC does."""
    if not text.startswith(_HEAD) or not text.endswith("\n"):
        return None
    body = text[len(_HEAD) :]
    if re.search(r"^(?!  |$)", body, re.MULTILINE):
        return None
    starts = [match.start() for match in _STAGE.finditer(body)]
    if not starts or starts[0] != 0:
        return None
    blocks: dict[str, str] = {}
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        block = body[start:end]
        key = _PLAIN_KEY.match(block, 2)
        if key is None or key[1] in blocks or not yaml12.is_string(key[1]):
            return None
        blocks[key[1]] = block
    return Lockfile(blocks)


def _load(text: str) -> Lockfile:
    """Return the file as YAML says it is; its own layout and comments are lost."""
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        raise BrokenFileError(f"a merge conflict stands in `{NAME}`, line {line}", _MEND, line)
    try:
        document = yaml12.loads(text, NAME)
    except BrokenFileError as error:
        raise BrokenFileError(error.message, _MEND, error.line) from error
    if not isinstance(document, Mapping) or document.get("schema") != "2.0":
        raise BrokenFileError(f"`{NAME}` is not as DVC writes it", _MEND)
    stages = document.get("stages") or {}
    if not isinstance(stages, Mapping) or not all(isinstance(name, str) for name in stages):
        raise BrokenFileError(f"`{NAME}` is not as DVC writes it", _MEND)
    rest = {key: value for key, value in document.items() if key not in {"schema", "stages"}}
    blocks = {name: _block(name, entry) for name, entry in stages.items()}
    return Lockfile(blocks, emit.dump(rest) if rest else "")


def _block(stage: str, entry: object) -> str:
    return emit.dump({"stages": {stage: entry}}).removeprefix("stages:\n")


@lru_cache(maxsize=4096)
def _entry(block: str, stage: str) -> Entry:
    document = yaml12.loads(block, NAME)
    entry = document.get(stage) if isinstance(document, Mapping) else None
    return read_entry(entry, f"`{NAME}`: stage `{stage}`")
