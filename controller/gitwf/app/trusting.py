"""Who judges commits in a clone: of the branches that it follows, here or at a remote."""

from __future__ import annotations

from gitwf.app.shared import shared
from gitwf.reconcile.branches import local, remote
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.trust.judge import Judge


def judge_of(clone: Clone) -> Judge:
    """Return the judge of ``clone``, as the controller would have it. Asks no remote."""
    sharing = shared(clone)
    source = remote(sharing.places, lambda: sharing.default) if sharing else local(clone)
    return Judge(clone, source)
