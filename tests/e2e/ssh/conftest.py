"""A machine that is reached over SSH, and a project that uses it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.sshd import PROGRAM, Sshd

if TYPE_CHECKING:
    from tests.e2e.conftest import Project


class Box:
    """The machine `box`, and what is in the folder of git wf there."""

    def __init__(self, server: Sshd) -> None:
        self.server = server
        self.workdir = server.folder / "there"

    def table(self, **further: object) -> str:
        """Return its table in `wf.toml`."""
        settings = {
            "ssh": f"{getpass.getuser()}@{self.server.address}:{self.server.port}",
            "identity": str(self.server.identity),
            "known_hosts": str(self.server.known_hosts),
            "workdir": str(self.workdir),
            **further,
        }
        lines = (f"{name} = {value!r}" for name, value in settings.items())
        return "\n[target.box]\n" + "\n".join(lines) + "\n"

    def root(self) -> Path:
        """Return the folder of the one repository that has used it."""
        (root,) = self.workdir.iterdir()
        return root

    def objects(self) -> dict[str, bytes]:
        """Return what its store holds."""
        return {path.name: path.read_bytes() for path in (self.root() / "objects").iterdir()}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """A machine that runs sshd."""
    if PROGRAM is None:
        pytest.skip("there is no sshd here")
    made = Box(Sshd(tmp_path / "box"))
    made.server.start()
    yield made
    made.server.stop()


@pytest.fixture
def remote(ready: Project, box: Box) -> Project:
    """A repository whose `wf.toml` knows the machine; without a commit."""
    with (ready.path / "wf.toml").open("a") as file:
        file.write(box.table())
    return ready
