"""The settings of a commit or a working tree: its `wf.toml`."""

from __future__ import annotations

import msgspec

from gitwf.config.load import load
from gitwf.config.settings import Settings
from gitwf.data.facts import FileFacts
from gitwf.diagnostics import Diagnostic, Source, has_errors

SETTINGS = "wf.toml"


class Configured(msgspec.Struct, frozen=True):
    """Settings; the defaults where `wf.toml` is missing or has errors."""

    settings: Settings
    diagnostics: tuple[Diagnostic, ...]
    source: Source


def configure(facts: FileFacts) -> Configured:
    """Return the settings that ``facts`` hold."""
    text = facts.text(SETTINGS) or ""
    source = Source(SETTINGS, text)
    loaded = load(text, SETTINGS)
    found = loaded.diagnostics
    if text.strip() and not has_errors(found):
        from gitwf.config.support import check_support

        found = (*found, *check_support(text, SETTINGS))
    return Configured(loaded.settings, found, source)
