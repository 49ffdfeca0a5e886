"""A faster start, for programs that have ended before a person looks up."""

from __future__ import annotations

import gc
import sys


def hurry() -> None:
    """Leave out what takes a fifth of the time of `git wf validate` on one file, and has no effect.

    - Collecting garbage: trees of syntax have no cycles, and the end of the process frees all.
    - `typing_extensions`: msgspec imports it where it is installed, for what Python has in `typing` itself since
      3.11, and it takes as long to import as Python takes to start. Whoever else wants it can still have it.
    """
    gc.disable()
    if "typing_extensions" not in sys.modules:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # importing it fails
        import msgspec  # noqa: F401

        del sys.modules["typing_extensions"]
