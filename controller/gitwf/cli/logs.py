"""`git wf logs`."""

from __future__ import annotations

import sys
from typing import Annotated

from gitwf.app.logs import logs as printed
from gitwf.app.streams import Piece
from gitwf.cli.edge import OK
from gitwf.cli.options import Json, RunId, session
from gitwf.cli.output import clipped, print_object
from gitwf.cli.parameter import Argument, Option
from gitwf.cli.plain import plain


def logs(
    run: RunId,
    step: Annotated[
        str | None,
        Argument(help="A step's id, what it lies in, or a command's name.", metavar="[STEP]"),
    ] = None,
    follow: Annotated[bool, Option("--follow -f", help="Go on until the run is over.")] = False,
    json: Json = False,
) -> int:
    """Print what the steps of a run printed, also while they do."""
    found = printed(session(), run, step, follow=follow)
    write = _as_object if json else _Writer(headed=found.many).write
    for piece in found.pieces:
        write(piece)
    return OK


def _as_object(piece: Piece) -> None:
    text = piece.data.decode("utf-8", "replace")
    print_object({"step": piece.step.step, "stream": piece.stream, "text": text})


class _Writer:
    """Writes pieces as they are; where ``headed`` each step's under a line that names it."""

    def __init__(self, *, headed: bool) -> None:
        self._headed = headed
        self._step = ""
        self._at_line_start = True

    def write(self, piece: Piece) -> None:
        """Write one piece to standard output."""
        if self._headed and piece.step.step != self._step:
            if not self._at_line_start:
                sys.stdout.buffer.write(b"\n")
            sys.stdout.buffer.write(f"== {plain(_name(piece))} ==\n".encode())
            self._step = piece.step.step
        sys.stdout.buffer.write(piece.data)
        sys.stdout.buffer.flush()
        self._at_line_start = piece.data.endswith(b"\n")


def _name(piece: Piece) -> str:
    step = piece.step
    attempt = f" (attempt {step.attempt})" if step.attempt > 1 else ""
    return f"{step.step} {clipped(' '.join((step.command, *step.args)))}{attempt}"
