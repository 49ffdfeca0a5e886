"""A stage's entry in `dvc.lock` and in the run cache, and the two hashes that name it there.

The form is that of `dvc/stage/serialize.py` (`to_single_stage_lockfile`), the hashes are those of
`dvc/stage/cache.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from gitwf.data.errors import BrokenFileError, UnsupportedError
from gitwf.data.hashes import HashInfo, is_md5

Params = Mapping[str, Mapping[str, object]]
"""Values of parameters, by file and key."""

_UNKEYED = frozenset({"size", "nfiles"})
"""What DVC leaves out before it hashes an entry."""

_FOREIGN = ("cloud", "files", "etag", "checksum", "version_id", "remote", "dataset")


class Item(msgspec.Struct, frozen=True):
    """A dep or out of an entry: its path as the stage writes it, and what it held."""

    path: str
    content: HashInfo


class Entry(msgspec.Struct, frozen=True, dict=True):
    """What a stage was executed with, and what came of it. Items are sorted by path."""

    cmd: str | tuple[str, ...]
    deps: tuple[Item, ...] = ()
    params: Params = {}
    outs: tuple[Item, ...] = ()

    def document(self) -> dict[str, object]:
        """Return the entry as `dvc.lock` holds it, keys in DVC's order."""
        document: dict[str, object] = {
            "cmd": self.cmd if isinstance(self.cmd, str) else [*self.cmd]
        }
        if self.deps:
            document["deps"] = [_item_document(item) for item in self.deps]
        if self.params:
            document["params"] = {
                file: dict(sorted(self.params[file].items()))
                for file in sorted(self.params, key=lambda name: (name != "params.yaml", name))
            }
        if self.outs:
            document["outs"] = [_item_document(item) for item in self.outs]
        return document

    def key(self) -> str:
        """Return the name of the run-cache folder: the hash of all but what came of it."""
        document = self.document()
        if self.outs:
            document["outs"] = [item.path for item in self.outs]
        return _digest(document)

    def value(self) -> str:
        """Return the name of the run-cache file: the hash of all."""
        return self._value

    @cached_property
    def _value(self) -> str:
        return _digest(self.document())

    def out(self, path: str) -> HashInfo | None:
        """Return what the out at ``path`` held, or None."""
        return next((item.content for item in self.outs if item.path == path), None)


def read_entry(document: object, where: str) -> Entry:
    """Return the entry that a loaded YAML ``document`` holds; ``where`` names it in messages.

    Raises `BrokenFileError`: it is no entry. `UnsupportedError`: it holds hashes of DVC 2, or of
    storage outside of the repository.
    """
    if not isinstance(document, Mapping):
        raise _broken(where)
    cmd = document.get("cmd")
    if isinstance(cmd, Sequence) and not isinstance(cmd, str):
        cmd = tuple(str(line) for line in cmd)
    if not cmd or not isinstance(cmd, (str, tuple)):
        raise _broken(where)
    return Entry(
        cmd,
        _items(document.get("deps"), where),
        _params(document.get("params"), where),
        _items(document.get("outs"), where),
    )


def read_item(document: object, where: str) -> Item:
    """Return the dep or out that ``document`` describes. Raises as `read_entry`."""
    if not isinstance(document, Mapping) or not isinstance(document.get("path"), str):
        raise _broken(where)
    path = str(document["path"])
    foreign = next((name for name in _FOREIGN if name in document), None)
    if foreign is not None:
        raise UnsupportedError(
            f"{where}: `{path}` has `{foreign}`, from storage outside of the repository",
            "use `dvc` for this stage",
        )
    if document.get("hash") != "md5":
        raise UnsupportedError(
            f"{where}: `{path}` has a hash of DVC 2",
            "`dvc cache migrate --dvc-files` writes those of DVC 3",
        )
    if not is_md5(str(document.get("md5")).lower()):
        raise _broken(where)
    return Item(path, _content(document))


def _content(document: Mapping[str, object]) -> HashInfo:
    size, nfiles = document.get("size"), document.get("nfiles")
    return HashInfo(
        str(document["md5"]).lower(),
        size if isinstance(size, int) else None,
        nfiles if isinstance(nfiles, int) else None,
        document.get("isexec") is True,
    )


def _items(documents: object, where: str) -> tuple[Item, ...]:
    if documents is None:
        return ()
    if not isinstance(documents, list):
        raise _broken(where)
    return tuple(sorted((read_item(d, where) for d in documents), key=lambda item: item.path))


def _params(document: object, where: str) -> Params:
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise _broken(where)
    if not all(isinstance(values, Mapping) for values in document.values()):
        raise _broken(where)
    return {str(file): dict(values) for file, values in document.items()}


def _item_document(item: Item) -> dict[str, object]:
    content = item.content
    document: dict[str, object] = {"path": item.path, "hash": "md5", "md5": content.md5}
    if content.size is not None:
        document["size"] = content.size
    if content.nfiles is not None:
        document["nfiles"] = content.nfiles
    if content.isexec:
        document["isexec"] = True
    return document


def _digest(document: object) -> str:
    text = json.dumps(_without_sizes(document), sort_keys=True)
    return hashlib.sha256(text.encode(), usedforsecurity=False).hexdigest()


def _without_sizes(value: object) -> object:
    if isinstance(value, list):
        return [_without_sizes(item) for item in value]
    if isinstance(value, Mapping):
        return {k: _without_sizes(v) for k, v in value.items() if k not in _UNKEYED}
    return value


def _broken(where: str) -> BrokenFileError:
    return BrokenFileError(f"{where} is not as DVC writes it")
