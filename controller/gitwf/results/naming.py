"""What a result is called, and the phase of a search that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from gitwf.language.value import Number, Value, number, to_text

_PHASE = re.compile(r"phase[-_]?([0-9]+)", re.IGNORECASE)
_ODD = re.compile(r"[^\w.+-]+")
_LONGEST = 40


def phase_of(variable: Value, *names: str) -> Value:
    """Return the phase: the workflow's ``$phase`` where it is set, else the number in one of ``names``.

    So `/phase2_train` and `phase2.wf` are of phase 2; without any of these it is 0.
    """
    if isinstance(variable, Number) or (isinstance(variable, str) and variable):
        return variable
    found = (_PHASE.search(PurePosixPath(name).name) for name in names)
    return next((number(int(match[1])) for match in found if match), number(0))


def experiment_id(phase: Value, command: str, settings: Mapping[str, Value]) -> str:
    """Return what an experiment is called: ``phase1_train_sigma_0.12``.

    Phase 0 is left out, and so is a phase that the command's name begins with already.
    """
    spelled = to_text(phase)
    prefix = [] if spelled == "0" or _PHASE.match(command) else [f"phase{spelled}"]
    pairs = (f"{name}_{_short(value)}" for name, value in settings.items())
    return "_".join([*prefix, *filter(None, [command]), *pairs])


def _short(value: Value) -> str:
    return _ODD.sub("-", to_text(value))[:_LONGEST].strip("-")
