"""`git wf pods`."""

from __future__ import annotations

from typing import Annotated

from gitwf.app.podlist import PodView, end_pods
from gitwf.app.podlist import pods as known
from gitwf.app.session import UsageError
from gitwf.cli.edge import NO, OK, say
from gitwf.cli.options import Json, session
from gitwf.cli.output import print_json, print_table
from gitwf.cli.parameter import Argument, Option

_HEAD = ("POD", "STATE", "GPU", "PRICE", "COST", "RUN", "OWNER")


def pods(
    name: Annotated[
        list[str] | None, Argument(metavar="POD", help="With --down: only these, by name or id.")
    ] = None,
    down: Annotated[bool, Option("--down", help="End those whose runs nobody plays.")] = False,
    json: Json = False,
) -> int:
    """List the pods on RunPod that may cost money, or end them."""
    try:
        if down:
            return _down(tuple(name or ()))
        found = known(session())
    except OSError as error:
        raise UsageError(str(error)) from None
    if json:
        print_json(found)
    elif found:
        print_table([_HEAD, *map(_row, found)])
    else:
        say("there are no pods")
    return OK


def _down(names: tuple[str, ...]) -> int:
    done = end_pods(session(), names)
    say(*(f"ended pod {name}" for name in done.ended), *done.problems)
    if not done.ended and not done.problems:
        say("there is no pod to end")
    return NO if done.problems else OK


def _row(pod: PodView) -> tuple[str, ...]:
    many = f"{pod.count} × " if pod.count > 1 else ""
    return (
        pod.name,
        pod.state if pod.status is None else f"{pod.state} ({pod.status})",
        f"{many}{pod.gpu}, {pod.cloud}",
        f"${pod.price_per_hour:.2f}/h",
        "-" if pod.cost is None else f"${pod.cost:.2f}",
        pod.run or "-",
        pod.owner,
    )
