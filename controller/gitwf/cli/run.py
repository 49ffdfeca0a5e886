"""`git wf run`: plays one run in the foreground; an interrupt cancels it with all its commands."""

from __future__ import annotations

import signal
from typing import Annotated

from gitwf.app.byhand import playing_by_hand
from gitwf.app.pushing import left
from gitwf.app.run import InvalidError, RunOptions, play, prospect
from gitwf.app.session import UsageError
from gitwf.cli.edge import NO, NOT_DONE, STATUS, say
from gitwf.cli.interrupt import cancel_on
from gitwf.cli.live import shown
from gitwf.cli.options import Approve, Json, session
from gitwf.cli.parameter import Argument, Option
from gitwf.engine.unit.stop import Stop
from gitwf.language.value import to_json, word_value


def run(
    file: Annotated[str, Argument(help="A workflow file.")],
    here: Annotated[bool, Option("--here", help="Play the working tree as it is.")] = False,
    effects: Annotated[
        bool, Option("--effects", help="With --here: allow effects on environments.")
    ] = False,
    setting: Annotated[
        list[str] | None, Option("--set", metavar="NAME=VALUE", help="Set a variable.")
    ] = None,
    approve: Approve = False,
    json: Json = False,
) -> int:
    """Run a workflow now: that of HEAD, or the working tree's."""
    if effects and not here:
        raise UsageError(
            "`--effects` is for `--here`", "a run of HEAD may have its effects: leave it away"
        )
    given = dict(_setting(text) for text in setting or ())
    here_and_now = session()
    clone = here_and_now.clone()
    try:
        planned = prospect(here_and_now, clone, file, RunOptions(here, effects, approve, given))
    except InvalidError as error:
        for text in error.findings.rendered():
            say(text)
        return NOT_DONE
    for text in planned.warnings.rendered():
        say(text)
    if planned.notice:
        say(planned.notice)
    stop = Stop()
    cancel_on(stop, say, signal.SIGINT, signal.SIGTERM)
    with shown(here_and_now, json=json) as listener, playing_by_hand(clone, say):
        record = play(clone, planned, stop, listener)
    say(*filter(None, [left(clone.repository)]))
    return STATUS.get(record.status, NO)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise UsageError(f"`--set {text}` sets nothing", "write `--set name=value`")
    return name, to_json(word_value(value, quoted=False))
