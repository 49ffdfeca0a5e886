"""Settings that are written as text and meant as a quantity: durations and sizes."""

from __future__ import annotations

import re
from typing import ClassVar, Self

from gitwf.duration import parse_duration

_SIZE = r"(\d+(?:\.\d+)?)\s?([KMGT]i?)?B?"
_PREFIXES = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


class Duration(float):
    """Seconds, written ``15s`` or ``1h30m`` or as a number of seconds."""

    form: ClassVar[str] = "a duration such as `15s`"

    @classmethod
    def read(cls, setting: object) -> Self:
        """Return the duration that ``setting`` says. Raises ValueError where it says none."""
        seconds = parse_duration(_text(setting))
        if seconds is None:
            raise ValueError(cls.form)
        return cls(seconds)


class Size(int):
    """Bytes, written ``1GB`` (powers of 1000), ``1GiB`` (powers of 1024) or as a number."""

    form: ClassVar[str] = "a size such as `1GB`"

    @classmethod
    def read(cls, setting: object) -> Self:
        """Return the size that ``setting`` says. Raises ValueError where it says none."""
        form = re.fullmatch(_SIZE, _text(setting), re.ASCII)
        if form is None:
            raise ValueError(cls.form)
        amount, prefix = form[1], form[2] or ""
        base = 1024 if prefix.endswith("i") else 1000
        return cls(float(amount) * base ** _PREFIXES[prefix.removesuffix("i")])

    def words(self) -> str:
        """Return the size as people write it: `1.5 GB`."""
        for prefix, power in reversed(_PREFIXES.items()):
            if self >= 1000**power:
                return f"{self / 1000**power:g} {prefix}B"
        return "0 B"


def _text(setting: object) -> str:
    """Return a number as it is written, text as it stands, and nothing for anything else."""
    written = isinstance(setting, (str, int, float)) and not isinstance(setting, bool)
    return str(setting) if written else ""
