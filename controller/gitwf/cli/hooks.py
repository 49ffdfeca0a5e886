"""`git wf hooks`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.hooks import install, uninstall
from gitwf.app.session import UsageError
from gitwf.cli.edge import OK, say
from gitwf.cli.options import session
from gitwf.cli.parameter import Argument, Option


def hooks(
    action: Annotated[str, Argument(metavar="install|uninstall")],
    pre_receive: Annotated[
        bool,
        Option(
            "--pre-receive", help="Also refuse pushes to this repository that break a workflow."
        ),
    ] = False,
) -> int:
    """Install git hooks that wake a controller, or take them out."""
    match action:
        case "install":
            done = install(session(), receiving=pre_receive)
        case "uninstall":
            done = uninstall(session())
        case _:
            raise UsageError(f"there is no `git wf hooks {action}`", "`install` or `uninstall`")
    say(*(done or ["nothing to do"]))
    return OK
