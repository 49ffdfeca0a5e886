"""Files of LFS and of submodules on another machine: their contents go there, never pointers or empty folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.gitlfs import needs_git_lfs

if TYPE_CHECKING:
    from tests.conftest import MakeFolder
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


@needs_git_lfs
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


@pytest.mark.parametrize("here", [(), ("--here",)], ids=["a workspace", "the working tree"])
def test_files_of_submodules_go_there(
    remote: Project, make_folder: MakeFolder, here: tuple[str, ...]
) -> None:
    library = make_folder("library")
    library.commit({"src/a.py": "1\n", "tool.sh": "#!/bin/sh\n"})
    (library.path / "link").symlink_to("src/a.py")
    library.commit({})
    allowed = ("-c", "protocol.file.allow=always")
    remote.git(*allowed, "submodule", "--quiet", "add", str(library.path), "lib")
    text = (
        "define:/list\n  ↳ run    → find lib | sort; cat lib/link\n  ↳ target → ssh:box\n\n/list\n"
    )
    remote.commit({"workflows/main.wf": text})
    remote.done("run", *here, "workflows/main.wf")
    (run,) = remote.log()
    seen = remote.done("logs", run.run).split()
    names = ["lib", "lib/link", "lib/src", "lib/src/a.py", "lib/tool.sh", "1"]
    assert seen[-len(names) :] == names
