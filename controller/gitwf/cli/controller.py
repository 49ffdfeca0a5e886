"""`git wf controller`."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext
from types import FrameType
from typing import Annotated

from gitwf.app.control import Wake, control
from gitwf.app.reconcile import Following
from gitwf.app.session import UsageError
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Branches, Json, Local, RemoteName, session
from gitwf.cli.parameter import Option
from gitwf.cli.progress import listener
from gitwf.cli.service import cease, serve
from gitwf.reconcile.performing import Report

SECRET = "GIT_WF_WEBHOOK_SECRET"  # noqa: S105  (the name of the variable that holds it)


def controller(
    branch: Branches = None,
    remote: RemoteName = None,
    local: Local = False,
    webhook: Annotated[
        int | None,
        Option(
            "--webhook", metavar="PORT", help="Take hints at this port of the loopback.", least=1
        ),
    ] = None,
    install: Annotated[
        bool, Option("--install", help="Show a service of yours that runs it, and install it.")
    ] = False,
    uninstall: Annotated[bool, Option("--uninstall", help="Stop and delete that service.")] = False,
    yes: Annotated[bool, Option("--yes", help="Do not ask before a service is written.")] = False,
    json: Json = False,
) -> int:
    """Reconcile for good: wake on commits, end on SIGTERM."""
    following = Following(tuple(branch or ()), remote, local)
    if install:
        return serve(session(), _words(following, webhook), yes=yes)
    if uninstall:
        return cease(session(), yes=yes)
    secret = _secret() if webhook is not None else b""
    wake = Wake()

    def stop(_number: int, _frame: FrameType | None) -> None:
        wake.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def report(made: Report) -> None:
        say(*(f"git-wf: {problem}" for problem in made.problems))
        if made.unwatched:
            say(f"no branch is watched: {made.unwatched}")

    with _hints(webhook, secret, wake):
        playing = control(
            session(),
            following,
            listener(json=json),
            lambda: say("watching"),
            wake,
            report,
        )
    if playing:
        say("runs go on in their jobs; the next controller takes them up")
        sys.stdout.flush()
        os._exit(OK)  # their threads wait for jobs that outlive this process
    return OK


def _hints(webhook: int | None, secret: bytes, wake: Wake) -> AbstractContextManager[object]:
    """Wake the controller for each signed request to the port ``webhook``, if there is one."""
    if webhook is None:
        return nullcontext()
    from gitwf.reconcile.sharing.webhook import listening

    return listening(webhook, secret, wake.hint)


def _secret() -> bytes:
    """Return what requests to the webhook are signed with. The commands of runs do not get it."""
    secret = os.environ.pop(SECRET, "")
    if not secret:
        raise UsageError(
            f"a webhook needs a secret, in `{SECRET}`", "`openssl rand -hex 32` makes one"
        )
    return os.fsencode(secret)


def _words(following: Following, webhook: int | None) -> list[str]:
    """Return the options that a service has to give."""
    words = [word for branch in following.branches for word in ("--branch", branch)]
    words += ["--remote", following.remote] if following.remote else []
    words += ["--local"] if following.local else []
    return [*words, *(["--webhook", str(webhook)] if webhook is not None else [])]
