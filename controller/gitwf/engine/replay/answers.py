"""What expressions ask for beside the workflow: journaled as it is answered, and answered from there.

Files change while a run goes on, and the environment between two playings of it. A replay must take
the ways that the run has taken, so it gets the answers of then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gitwf.engine.replay.memory import Memory
from gitwf.engine.replay.steps import Recorder
from gitwf.engine.replay.values import Values
from gitwf.engine.unit.scope import Found, OutsideError
from gitwf.language.value import from_json
from gitwf.records.event import Error, ValueRead

if TYPE_CHECKING:
    from msgspec import Raw


class Answers:
    """The answers that one run gets."""

    def __init__(self, recorder: Recorder, memory: Memory, values: Values) -> None:
        self._recorder = recorder
        self._memory = memory
        self._values = values

    def ask(self, step: str, function: str, argument: str, find: Callable[[], Found]) -> Found:
        """Return what an earlier playing was answered, or what ``find`` finds, and record that.

        Raises:
            OSError: where ``find`` raises one, now or then.
        """
        known = self._memory.answer(step, function, argument)
        if known is not None:
            return self._known(known)
        try:
            found = find()
        except OSError as error:
            self._recorder.emit(ValueRead(step, function, argument, error=_error_of(error)))
            raise
        self._recorder.emit(ValueRead(step, function, argument, self._raw(found)))
        return found

    def _raw(self, found: Found) -> Raw:
        return (
            self._values.raw_content(found) if isinstance(found, bytes) else self._values.raw(found)
        )

    def _known(self, known: ValueRead) -> Found:
        if known.error is not None:
            raise _os_error(known.error, known.argument)
        if known.function == "read":
            return self._values.content(known.value)
        value = from_json(bytes(known.value).decode())
        return value if isinstance(value, bool | str) else None


def _error_of(error: OSError) -> Error:
    return Error(error.strerror or str(error), "path", status=error.errno)


def _os_error(error: Error, path: str) -> OSError:
    """Return the error that a record says; its number decides about its class (PEP 3151)."""
    if error.status is None:
        return OutsideError(error.message)
    return OSError(error.status, error.message, path)
