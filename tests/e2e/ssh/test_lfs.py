"""Files of LFS on another machine: their contents go there, never their pointers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.ssh.conftest import Box

DATA = b"1,2\n" * 20_000
WORKFLOW = """\
define:/status
  ↳ run → git status --short

define:/measure
  ↳ run    → wc -c < data/large.csv
  ↳ target → ssh:box

/status
/measure
"""


@pytest.mark.parametrize("here", [(), ("--here",)], ids=["a workspace", "the working tree"])
def test_contents_go_there(remote: Project, box: Box, here: tuple[str, ...]) -> None:
    """Once `git status` was asked, git's index has the id of the pointer for the file that is there."""
    remote.git("lfs", "install", "--local")
    settings = (remote.path / "wf.toml").read_text()
    files: dict[str, str | bytes] = {
        ".gitattributes": "*.csv filter=lfs diff=lfs merge=lfs -text\n",
        "data/large.csv": DATA,
        "wf.toml": f'{settings}\n[workspace]\nfilters = ["lfs"]\n',
        "workflows/main.wf": WORKFLOW,
    }
    remote.commit(files)
    remote.done("run", *here, "workflows/main.wf")
    (run,) = remote.log()
    assert remote.done("logs", run.run).split()[-1] == str(len(DATA))
    assert DATA in box.objects().values()
    assert not [data for data in box.objects().values() if data.startswith(b"version https://")]
