"""What a person does by hand, in a clone that follows a remote: others hear of it, and effects wait their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from gitwf.app.remotes import chosen_remote, controller_settings
from gitwf.app.session import Session
from gitwf.reconcile.clone import Clone
from gitwf.repo.errors import RepositoryError

if TYPE_CHECKING:
    from gitwf.app.sharing import Sharing


def hear(session: Session) -> None:
    """Fetch what others have on record, if a remote is followed and can be asked."""
    sharing = _sharing(session.clone())
    if sharing is not None:
        with suppress(RepositoryError):
            sharing.look()


def tell(session: Session) -> str | None:
    """Bring what was asked to the remote that is followed; return a sentence where it has to wait."""
    sharing = _sharing(session.clone())
    if sharing is None:
        return None
    try:
        sharing.look()
        sharing.share.push(whole=False)
    except RepositoryError as error:
        return f"others hear of it with the next push: {error}"
    return None


@contextmanager
def playing_by_hand(clone: Clone, say: Callable[[str], None]) -> Iterator[None]:
    """Play runs in the block: their effects begin under the lease, their records are pushed at its end.

    ``say`` hears where the remote cannot be asked: then only effects wait for it.
    """
    sharing = _sharing(clone)
    if sharing is None:
        yield
        return
    from gitwf.app.sharing import acting

    try:
        sharing.look()
    except RepositoryError as error:
        say(f"effects wait until `{sharing.name}` can be asked: {error}")
    sharing.attach(by_hand=True)
    with acting(sharing):
        yield


def _sharing(clone: Clone) -> Sharing | None:
    name = chosen_remote(clone, None)
    if name is None:
        return None
    from gitwf.app.sharing import Sharing

    return Sharing(clone, name, controller_settings(clone).poll)
