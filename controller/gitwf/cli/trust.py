"""`git wf trust`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.trust import Trusted, accept
from gitwf.app.trust import trust as hold
from gitwf.cli.edge import OK, say
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json, print_line
from gitwf.cli.parameter import Option

_SHORT = 10


def trust(
    accepted: Annotated[
        str | None,
        Option("--accept", metavar="BRANCH", help="Accept a branch as it stands, this once."),
    ] = None,
    json: Json = False,
) -> int:
    """Show whose commits run here, and what was accepted."""
    if accepted is not None:
        commit = accept(session(), accepted)
        say(f"`{accepted}` is accepted as it stands: {commit[:_SHORT]}")
        return OK
    found = hold(session())
    print_json(found) if json else _show(found)
    return OK


def _show(found: Trusted) -> None:
    if not found.place:
        print_line("no commit has to be signed: whoever may push is trusted (docs/security.md)")
        return
    said = found.trust
    print_line(f"{found.place} says: mode {said.mode}")
    print_line(f"  may run       {' '.join(said.branches) or 'all watched branches'}")
    protected = "the default branch" if said.protected is None else " ".join(said.protected)
    print_line(f"  not rewritten {protected or 'none'}")
    if found.key:
        print_line(f"  records       signed with {found.key}")
    if found.problem:
        print_line(f"  problem       {found.problem}")
    for branch in found.branches:
        standing = (
            "" if branch.reason is None else f"; not {branch.commit[:_SHORT]}: {branch.reason}"
        )
        print_line(f"{branch.branch}  accepted up to {(branch.accepted or '')[:_SHORT]}{standing}")
