"""Debian's faketime: programs that it is loaded into see a time that is hours off."""

from __future__ import annotations

from pathlib import Path

import pytest

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)

needs_faketime = pytest.mark.skipif(LIBRARY is None, reason="there is no libfaketime here")
