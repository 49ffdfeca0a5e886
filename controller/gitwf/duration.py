"""Durations as people write them: `300`, `250ms`, `1h30m`."""

from __future__ import annotations

import re

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER = r"\d+(?:\.\d+)?"
_FORM = "".join(rf"(?:({_NUMBER}){unit}(?![a-z]))?" for unit in _UNITS)


def parse_duration(text: str) -> float | None:
    """Return the seconds that ``text`` says, or None where it is no duration.

    A bare number is seconds. Units are ``d h m s ms``, each at most once and from the largest to
    the smallest (`docs/language.md`, section 2).
    """
    if re.fullmatch(_NUMBER, text, re.ASCII):
        return float(text)
    form = re.fullmatch(_FORM, text, re.ASCII)
    if not text or form is None:
        return None
    amounts = zip(form.groups(), _UNITS.values(), strict=True)
    return sum(float(amount) * unit for amount, unit in amounts if amount is not None)


def format_duration(seconds: float) -> str:
    """Return ``seconds`` in the largest units that say it: ``90`` is ``1m30s``."""
    left = round(seconds * 1000)
    out = ""
    for unit, length in _UNITS.items():
        count, left = divmod(left, round(length * 1000))
        out += f"{count}{unit}" if count else ""
    return out or "0s"
