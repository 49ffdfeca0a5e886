"""GitHub, as far as somebody gave a token for what is said there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gitwf.app.remotes import controller_settings
from gitwf.github.place import Place, place_of
from gitwf.repo.configuration import address_of

if TYPE_CHECKING:
    from gitwf.github.api import Api
    from gitwf.reconcile.clone import Clone


class Hub(msgspec.Struct, frozen=True):
    """A repository at GitHub and a token for it; ``page`` is where it shows what goes on."""

    place: Place
    token: str
    page: str | None = None

    def api(self) -> Api:
        """Return what speaks with it."""
        from gitwf.github.api import Api

        return Api(self.place, self.token)


def hub_of(clone: Clone, token: str | None) -> Hub | None:
    """Return the GitHub of ``clone``, or None where there is no token, or its remote is elsewhere."""
    if not token:
        return None
    name = controller_settings(clone).remote or "origin"
    place = place_of(clone.environment, address_of(clone.repository, name))
    return Hub(place, token) if place else None
