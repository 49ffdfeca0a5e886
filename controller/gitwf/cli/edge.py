"""The one place where exceptions become words and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from gitwf.cli.plain import plain

OK, NO, NOT_DONE, INTERRUPTED = 0, 1, 2, 130
"""Done; the answer is no; not done; interrupted (`docs/cli.md`)."""

STATUS = {"succeeded": OK, "failed": NO, "cancelled": INTERRUPTED}
"""What the end of a run is as an exit status."""


def guarded(command: Callable[[], int]) -> int:
    """Run a command and return its exit status; no exception gets past."""
    try:
        return _flushed(command())
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has ended (`git wf log | head`): keep Python's exit quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:  # noqa: BLE001  (the edge: nothing gets past it)
        return _explained(error)


def _flushed(status: int) -> int:
    sys.stdout.flush()
    return status


def say(*lines: str) -> None:
    """Write lines for people to standard error."""
    for line in lines:
        sys.stderr.write(f"{plain(line)}\n")


def _explained(error: Exception) -> int:
    message = getattr(error, "message", None)
    if isinstance(message, str):
        say(f"git-wf: {message}")
        hint = getattr(error, "hint", None)
        if hint and isinstance(hint, str):
            say(f"  {hint}")
        return NOT_DONE
    if isinstance(error, OSError) and error.filename:
        say(f"git-wf: `{error.filename}`: {error.strerror}")
        return NOT_DONE
    say(f"git-wf: unexpected {type(error).__name__}: the traceback is in {_log(error)}")
    return NOT_DONE


def _log(error: Exception) -> str:
    """Write the traceback into a file of its own and return its path."""
    import tempfile
    import traceback

    from gitwf import __version__

    with tempfile.NamedTemporaryFile("w", prefix="git-wf-", suffix=".log", delete=False) as file:
        file.write(f"git-wf {__version__}, Python {sys.version}\n{' '.join(sys.argv)}\n\n")
        file.writelines(traceback.format_exception(error))
    return file.name
