"""Files that redirects write into the workspace."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gitwf.engine.unit.outcome import Output, write_pieces
from gitwf.engine.unit.scope import inside


def write_output(workspace: Path, path: str, output: Output, *, append: bool) -> None:
    """Write ``output`` into the file at ``path``, whole or not at all; folders are made.

    Raises:
        OutsideError: if the path leads out of the workspace.
        OSError: if it cannot be written.
    """
    target = inside(workspace, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".wf-", delete=False) as draft:
        try:
            before = (target,) if append and target.exists() else ()
            write_pieces(before + output, draft)
            draft.flush()
            os.fchmod(draft.fileno(), 0o644)
            Path(draft.name).replace(target)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
