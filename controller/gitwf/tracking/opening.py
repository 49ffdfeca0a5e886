"""Chooses how the store at an address is spoken to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitwf.tracking.store import Store


def store_of(uri: str, environment: Mapping[str, str]) -> Store:
    """Return the store at ``uri``; what ``environment`` says of MLflow holds.

    A server is spoken to in plain HTTP: MLflow itself, which takes a second or two to load, is for
    the other kinds.
    """
    if uri.startswith(("http://", "https://")):
        from gitwf.tracking.rest import RestStore

        return RestStore(uri, environment)
    from gitwf.tracking.library import LibraryStore

    return LibraryStore(uri)
