"""`git wf doctor`."""

from __future__ import annotations

from gitwf.app.doctor import doctor as check
from gitwf.cli.edge import NO, OK, say
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json, print_line


def doctor(json: Json = False) -> int:
    """Check the set-up: git, DVC, remotes, secrets, machines. Say what to do."""
    found = check(session())
    faults = sum(not checkup.sound for checkup in found)
    if json:
        print_json(found)
    else:
        for checkup in found:
            print_line(str(checkup))
        doubts = sum(checkup.doubtful for checkup in found)
        counts = [_counted(faults, "fault"), _counted(doubts, "doubt")]
        say(", ".join(filter(None, counts)) or "all is well")
    return NO if faults else OK


def _counted(number: int, what: str) -> str:
    return "" if not number else f"1 {what}" if number == 1 else f"{number} {what}s"
