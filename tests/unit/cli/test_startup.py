"""How the program begins."""

from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPTED = """
import sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
sys.argv = ["git-wf", "log"]
from gitwf.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("module", ["gitwf.cli.edge", "gitwf.cli.main", "gitwf.cli.log"])
def test_an_interrupt_while_modules_are_imported_is_quiet(module: str) -> None:
    words = [sys.executable, "-c", INTERRUPTED.format(module=module)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
