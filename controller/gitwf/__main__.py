"""The program `git-wf`. What must start fast is told apart before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return the exit status."""
    try:
        return _called(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are imported; what is called catches its own
        return 130


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
    sys.exit(main())
