"""Where a command is to run, as a workflow says it: a target and its options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec


class Choice(msgspec.Struct, frozen=True):
    """A target by its name, ``local``, ``ssh:box`` or ``runpod``, with ``options`` as they are written.

    Options go before those of the table ``[target.NAME]``.
    """

    name: str = "local"
    options: Mapping[str, str] = {}

    @classmethod
    def of(cls, words: Iterable[str]) -> Choice | None:
        """Return what the words of a field ``target`` say; None where there are none."""
        name, *options = words or ("",)
        if not name:
            return None
        pairs = (word.partition(":") for word in options)
        return cls(name, {key: value for key, _, value in pairs})

    @property
    def kind(self) -> str:
        """The kind of target: what stands before the colon."""
        return self.name.partition(":")[0]

    @property
    def instance(self) -> str:
        """Which of its kind: what stands behind the colon, empty where there is one alone."""
        return self.name.partition(":")[2]

    @property
    def is_local(self) -> bool:
        """Whether it is this machine."""
        return self.kind == "local"


LOCAL = Choice()
