"""What the name of a command says where it means a stage: `folder/folder:name@member`."""

from __future__ import annotations

import msgspec


class StageName(msgspec.Struct, frozen=True):
    """A stage ``group``, or with ``member`` one of those that it makes, of a folder's `dvc.yaml`."""

    folder: str
    group: str
    member: str | None

    @classmethod
    def of(cls, command: str) -> StageName:
        """Return what ``command``, without its slash, means as a stage."""
        stage, at, member = command.partition("@")
        folder, _, group = stage.rpartition(":")
        return cls(folder or ".", group, member if at else None)

    @property
    def name(self) -> str:
        """The stage's name in its `dvc.yaml`, as DVC says it."""
        return self.group if self.member is None else f"{self.group}@{self.member}"
