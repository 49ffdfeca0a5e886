"""`git wf fsck`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.fsck import fsck as check
from gitwf.app.repair import repair as mend
from gitwf.cli.bars import measured
from gitwf.cli.edge import NO, OK, say
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json, print_line
from gitwf.cli.parameter import Option


def fsck(
    repair: Annotated[
        bool, Option("--repair", help="Mend first what can be mended from other records.")
    ] = False,
    json: Json = False,
) -> int:
    """Check that records are what was written, and that they agree."""
    here = session()
    if repair:
        say(*map(str, mend(here)))
    with measured(here.meter):
        findings = check(here)
    if json:
        print_json(findings)
    else:
        for finding in findings:
            print_line(str(finding))
        say(_summary(len(findings)))
    return NO if findings else OK


def _summary(findings: int) -> str:
    if not findings:
        return "all records are sound"
    return "1 finding" if findings == 1 else f"{findings} findings"
