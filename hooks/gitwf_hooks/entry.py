"""The program `git-wf-hook`, which pre-commit calls with a hook's name and the files of the commit."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

NOT_DONE = 2


def main(words: Sequence[str] | None = None) -> int:
    """Run the hook that the first of ``words`` names on the paths that follow; return its status.

    0 lets the commit pass, 1 stops it, 2 says that there is no such hook. pre-commit calls in the
    top folder, with paths relative to it; git calls `pre-receive` in the repository. Without ``words`` they are the program's arguments.
    """
    name, *paths = (sys.argv[1:] if words is None else words) or ("",)
    match name:
        case "validate":
            from gitwf_hooks.validate import validate

            return validate(Path.cwd(), paths)
        case "fmt":
            from gitwf_hooks.fmt import fmt

            return fmt(Path.cwd(), paths)
        case "dvc-sync":
            from gitwf_hooks.dvc_sync import dvc_sync

            return dvc_sync(Path.cwd())
        case "pre-receive":
            from gitwf_hooks.receive import receive

            return receive(Path.cwd(), filter(None, sys.stdin.read().splitlines()))
        case _:
            sys.stderr.write(f"git-wf-hook: there is no hook `{name}`\n")
            return NOT_DONE


if __name__ == "__main__":
    sys.exit(main())
