"""`git wf doctor`."""

from __future__ import annotations

from gitwf.app.doctor import doctor as check
from gitwf.cli.edge import NO, OK, say
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json, print_line


def doctor(json: Json = False) -> int:
    """Check the set-up: git, DVC, remotes, machines. Say what to do."""
    found = check(session())
    faults = sum(not checkup.sound for checkup in found)
    if json:
        print_json(found)
    else:
        for checkup in found:
            print_line(str(checkup))
        say("all is well" if not faults else "1 fault" if faults == 1 else f"{faults} faults")
    return NO if faults else OK
