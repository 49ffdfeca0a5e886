"""What the checker knows of the repository around a workflow file."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Surroundings(msgspec.Struct, frozen=True):
    """Facts of a repository, gathered by whoever may read it.

    ``None`` stands for "not looked up": what needs that fact is then not checked. An empty set
    is a fact like any other.
    """

    stages: frozenset[str] = frozenset()
    """Names of the stages in the repository's `dvc.yaml`."""
    scripts: frozenset[str] = frozenset()
    """Names of the executables `commands/NAME`, `commands/NAME.sh` and `commands/NAME.py`."""
    unfit: Mapping[str, str] = {}
    """Files of `commands/` that would be such if they were executable, by the name of the command."""
    prompts: frozenset[str] = frozenset()
    """Names of the prompt files that a droid can be given."""
    droids: frozenset[str] | None = None
    targets: frozenset[str] | None = None
    """Names of the tables ``[target.NAME]``."""
    environments: frozenset[str] | None = None
    """Names of the tables ``[env.NAME]``; None: none are declared, and each may be named."""
    secrets: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    """Variables that are set before the file begins (``git wf run --set``)."""
    tracked: frozenset[str] | None = None
    """Paths of the files that git tracks."""
    untracked: frozenset[str] | None = None
    """Paths, of those that definitions name, that are there though git does not track them."""
    outs: frozenset[str] = frozenset()
    """Paths that others than git provide, with all below them; a ``*`` stands for any text.

    Outs of stages in `dvc.yaml`, what `*.dvc` files track, submodules, links.
    """
