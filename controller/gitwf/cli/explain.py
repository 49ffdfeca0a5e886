"""`git wf explain`."""

from __future__ import annotations

import sys
from typing import Annotated

from gitwf.app.explain import explain as look_up
from gitwf.cli.edge import OK
from gitwf.cli.options import Json
from gitwf.cli.output import print_json, print_table
from gitwf.cli.parameter import Argument
from gitwf.language.check.codes import CODES


def explain(
    code: Annotated[str | None, Argument(metavar="WFnnn", help="A code; none: lists them.")] = None,
    json: Json = False,
) -> int:
    """Explain a code of `validate`, with an example and the mend."""
    if code is None:
        _list(json=json)
        return OK
    found = look_up(code)
    if json:
        print_json(found)
    else:
        sys.stdout.write(found.page)
    return OK


def _list(*, json: bool) -> None:
    if json:
        print_json([{"code": code, "meaning": meaning} for code, meaning in CODES.items()])
    else:
        print_table(CODES.items())
