"""`git wf explain`: what the codes of diagnostics mean."""

from __future__ import annotations

import msgspec

from gitwf.app.session import UsageError
from gitwf.app.shipped import shipped
from gitwf.diagnostics import nearest
from gitwf.language.check.codes import CODES


class Meaning(msgspec.Struct, frozen=True):
    """What a code means: in one line, and the whole page with an example and the mend (Markdown)."""

    code: str
    meaning: str
    page: str


def explain(code: str) -> Meaning:
    """Return the page of ``code``, which may be written ``WF201``, ``wf201`` or ``201``.

    Raises:
        UsageError: if there is no such code.
    """
    wanted = f"WF{code}" if code.isdecimal() else code.upper()
    if wanted not in CODES:
        raise UsageError(f"there is no code `{code}`", _way_out(wanted))
    page = shipped("docs/diagnostics") / f"{wanted}.md"
    return Meaning(wanted, CODES[wanted], page.read_text(encoding="utf-8"))


def _way_out(wanted: str) -> str:
    meant = nearest(wanted, CODES)
    return f"did you mean `{meant}`?" if meant else "`git wf explain` lists the codes"
