"""`git wf lsp`."""

from __future__ import annotations

from gitwf.app.session import UsageError
from gitwf.cli.edge import OK


def lsp() -> int:
    """Serve an editor, as the Language Server Protocol has it."""
    try:
        from gitwf.lsp.server import main
    except ModuleNotFoundError as error:
        hint = "`pip install 'git-wf[lsp]'`"
        raise UsageError(f"the language server needs `{error.name}`", hint) from None
    main()
    return OK
