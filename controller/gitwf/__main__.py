"""The program `git-wf`. What must start fast is told apart before anything heavy is imported."""

from __future__ import annotations

import atexit
import os
import sys


def main() -> None:
    """Run the command line and end the process with its exit status."""
    try:
        status = _called(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are imported; what is called catches its own
        status = 130
    _end(status)


def _end(status: int) -> None:
    """End as `sys.exit` does, but take no module apart: the memory is the system's again anyway.

    That is an eighth of what a short command takes. No thread is waited for: all are daemons.
    """
    atexit._run_exitfuncs()  # noqa: SLF001  (nothing else runs them)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:  # what cannot be written was said before, or there is nobody to read it
        os._exit(status)


def _called(words: list[str]) -> int:
    if words in (["--version"], ["-V"]):
        from gitwf import __version__

        sys.stdout.write(f"git-wf {__version__}\n")
        return 0
    from gitwf.cli.edge import guarded

    if "--help" not in words and "-h" not in words and words[:1] in (["validate"], ["fmt"]):
        from gitwf.hurry import hurry

        hurry()
        if words[0] == "validate":
            from gitwf.cli.findings import check

            return guarded(lambda: check(words[1:]))
        from gitwf.cli.formatting import reformat

        return guarded(lambda: reformat(words[1:]))
    from gitwf.cli.main import main as typed

    return guarded(lambda: typed(words))


if __name__ == "__main__":
    main()
