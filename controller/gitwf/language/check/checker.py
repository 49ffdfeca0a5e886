"""The checker: everything about a program that can be seen without running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gitwf.diagnostics import Diagnostic, has_errors, ordered
from gitwf.language.check.arrows import check_arrows
from gitwf.language.check.assignments import check_assignments
from gitwf.language.check.calls import check_calls
from gitwf.language.check.definitions import check_definitions
from gitwf.language.check.effects import check_effects
from gitwf.language.check.elsewhere import check_elsewhere
from gitwf.language.check.facts import check_facts
from gitwf.language.check.hosts import check_hosts
from gitwf.language.check.options import check_options
from gitwf.language.check.outs import check_outs
from gitwf.language.check.paths import check_paths
from gitwf.language.check.places import check_places
from gitwf.language.check.reach import check_reach
from gitwf.language.check.scene import Scene
from gitwf.language.check.secrets import check_secrets
from gitwf.language.check.shell import check_shell
from gitwf.language.check.support import check_support
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.check.types import check_types
from gitwf.language.check.variables import check_variables
from gitwf.language.program import Program

Check = Callable[[Scene], Iterator[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    check_assignments,
    check_variables,
    check_definitions,
    check_calls,
    check_options,
    check_types,
    check_secrets,
    check_places,
    check_paths,
    check_outs,
    check_effects,
    check_hosts,
    check_facts,
    check_reach,
    check_arrows,
    check_shell,
)


def check(program: Program, surroundings: Surroundings) -> tuple[Diagnostic, ...]:
    """Return all that is wrong with ``program``, what the parser found included.

    In the order of files and places, one for each place. The flow is that of the program's own
    file; definitions are checked in all files. Whether this version can play the program
    (WF109) is only asked of one that is right.
    """
    scene = Scene(program, surroundings)
    found = [*program.diagnostics, *(d for family in CHECKS for d in family(scene))]
    if not has_errors(found):
        found += check_support(scene)
        found += check_elsewhere(scene)
    return tuple(ordered(found))
