"""What is kept on a machine for the jobs to come and no job has used for long: found and removed.

Of jobs nothing is touched, whoever plays them: neither their folders nor their workspaces, which are copies.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection

import msgspec

from gitwf.targets.ssh.far import LONG, Far

_SIZE = 4
"""The word of a line of `ls -ln` that says how many bytes."""

_AT_ONCE = 1000
"""Claims that are removed by one command."""


class Pruned(msgspec.Struct, frozen=True):
    """What was removed on a machine: contents of its store, their bytes, and claims of runs."""

    contents: int
    bytes: int
    claims: int


def prune(far: Far, days: int, over: Collection[str], *, dry_run: bool) -> Pruned:
    """Remove what was not used in so many ``days``, one at least; with ``dry_run`` only say what.

    Of claims those of the runs that are ``over`` go. Raises `SshError`.
    """
    unused = far.run(f"unused {days}", "its store cannot be read", LONG).text.splitlines()
    claimed = far.run(f"unclaimed {days}", "its claims cannot be read", LONG).text.split()
    claims = [f"claims/{run}" for run in claimed if run in over]
    if not dry_run:
        far.run(f"prune {days}", "its store cannot be pruned", LONG)
        for start in range(0, len(claims), _AT_ONCE):
            words = shlex.join(claims[start : start + _AT_ONCE])
            far.run(f"rm -rf {words}", "claims cannot be removed", LONG)
    sizes = [int(line.split()[_SIZE]) for line in unused]
    return Pruned(len(sizes), sum(sizes), len(claims))
