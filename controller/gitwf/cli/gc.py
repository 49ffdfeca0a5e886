"""`git wf gc`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.gc import Collected, Freed
from gitwf.app.gc import gc as collect
from gitwf.cli.edge import OK, say
from gitwf.cli.options import session
from gitwf.cli.output import size
from gitwf.cli.parameter import Option

_SHARED = "{} more are in DVC's cache alone now: `dvc gc` frees them"


def gc(
    dry_run: Annotated[bool, Option("--dry-run", help="Only say what would go.")] = False,
) -> int:
    """Free what runs left that `[keep]` no longer covers."""
    say(*_sentences(collect(session(), dry_run=dry_run), "would free" if dry_run else "freed"))
    return OK


def _sentences(collected: Collected, verb: str) -> list[str]:
    lines = [_sentence(freed, verb) for freed in collected.freed]
    if collected.shared:
        lines.append(_SHARED.format(size(collected.shared)))
    if collected.archived:
        word = "would archive" if verb != "freed" else "archived"
        lines.append(f"{word} {collected.archived} run{'s' if collected.archived > 1 else ''}")
    nothing = "nothing to free: `[keep]` covers all that is there"
    return [*(lines or [nothing]), *collected.passed_over]


def _sentence(freed: Freed, verb: str) -> str:
    where = f" on `{freed.machine}`" if freed.machine else ""
    kind = f"{freed.kind}{'s' if freed.count > 1 else ''}"
    return f"{verb} {size(freed.bytes)}: {freed.count} {kind}{where}"
