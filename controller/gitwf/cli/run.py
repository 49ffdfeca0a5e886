"""`git wf run`: plays one run in the foreground; an interrupt cancels it with all its commands."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from types import FrameType

from gitwf.app.run import InvalidError, RunOptions, play, prospect
from gitwf.app.session import Session, UsageError
from gitwf.cli.edge import INTERRUPTED, NO, NOT_DONE, OK, say
from gitwf.cli.progress import listener
from gitwf.engine.stop import CANCELLED, Stop
from gitwf.language.value import to_json, word_value

_STATUS = {"succeeded": OK, "failed": NO, "cancelled": INTERRUPTED}


def run(
    session: Session,
    file: str,
    *,
    here: bool,
    effects: bool,
    setting: Sequence[str],
    json: bool,
) -> int:
    """Run ``file`` and return the exit status of `docs/language.md`, section 5."""
    given = dict(_setting(text) for text in setting)
    clone = session.clone()
    try:
        planned = prospect(session, clone, file, RunOptions(here, effects, given))
    except InvalidError as error:
        for text in error.findings.rendered():
            say(text)
        return NOT_DONE
    for text in planned.warnings.rendered():
        say(text)
    if planned.notice:
        say(planned.notice)
    stop = Stop()
    _cancel_on_signals(stop)
    record = play(clone, planned, stop, listener(json=json))
    return _STATUS.get(record.status, NO)


def _cancel_on_signals(stop: Stop) -> None:
    def cancel(_number: int, _frame: FrameType | None) -> None:
        # In a thread: the handler runs between two steps of code that may hold the same locks.
        threading.Thread(target=stop.set, args=(CANCELLED,), daemon=True).start()

    signal.signal(signal.SIGINT, cancel)
    signal.signal(signal.SIGTERM, cancel)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise UsageError(f"`--set {text}` sets nothing", "write `--set name=value`")
    return name, to_json(word_value(value, quoted=False))
