"""How the program begins."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Folder

INTERRUPTED = """
import sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
sys.argv = ["git-wf", "log"]
from gitwf.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["gitwf.cli.edge", "gitwf.cli.main", "gitwf.cli.log"])
def test_an_interrupt_while_modules_are_imported_is_quiet(module: str) -> None:
    words = [sys.executable, "-c", INTERRUPTED.format(module=module)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


HEAVY = (
    *("asyncio", "configparser", "dvc", "git", "inspect", "json", "paramiko", "rich", "subprocess"),
    *("threading", "tomllib", "typer", "typing_extensions", "yaml"),
)
LOADED = f"""
import atexit, sys
from gitwf.__main__ import main
atexit.register(lambda: print(sorted(set({HEAVY}) & set(sys.modules))))
sys.argv = ["git-wf", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--version"], id="version"),
        pytest.param(["validate"], id="validate"),
        pytest.param(["fmt", "--check"], id="fmt"),
    ],
)
def test_what_must_be_fast_imports_nothing_heavy(words: list[str], folder: Folder) -> None:
    folder.commit({"main.wf": "define:/a\n  ↳ run  → make\n  ↳ deps → main.wf\n\n/a\n"})
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        cwd=folder.path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
