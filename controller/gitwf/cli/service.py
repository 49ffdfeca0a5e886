"""`git wf controller --install` and `--uninstall`: what would be written is shown first."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from gitwf.app.service import Outcome, install, service_of, uninstall
from gitwf.app.session import Session
from gitwf.cli.edge import NO, OK, say
from gitwf.cli.output import print_line


def serve(session: Session, words: Sequence[str], *, yes: bool) -> int:
    """Show the service that runs `git wf controller` with ``words``, and install it when told so."""
    program = (sys.executable, "-m", "gitwf", "controller", *words)
    service = service_of(session, program, sys.platform, os.getuid())
    print_line(f"# {service.path}\n{service.text.rstrip()}")
    if not _agreed("write it, and start it?", yes=yes):
        return NO
    say(f"wrote `{service.path}`", *_said(install(service), "it runs"))
    if sys.platform == "linux":
        say("to have it run while you are not logged in: `loginctl enable-linger`")
    return OK


def cease(session: Session, *, yes: bool) -> int:
    """Say which service would be stopped and deleted, and do it when told so."""
    service = service_of(session, (), sys.platform, os.getuid())
    print_line(f"# {service.path}")
    if service.path.exists() and not _agreed("stop it, and delete it?", yes=yes):
        return NO
    outcome = uninstall(service)
    say(f"deleted `{service.path}`", *_said(outcome, "it is stopped; its jobs go on"))
    return OK


def _agreed(question: str, *, yes: bool) -> bool:
    """Return whether the person wants it; where nobody can be asked, ``--yes`` has to say so."""
    if yes:
        return True
    if not sys.stdin.isatty():
        say("nothing was done: `--yes` does it")
        return False
    say(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _said(outcome: Outcome, well: str) -> list[str]:
    if outcome.problem is None:
        return [well]
    left = [f"  {' '.join(command)}" for command in outcome.left]
    return [f"it is left to you: {outcome.problem}", *left]
