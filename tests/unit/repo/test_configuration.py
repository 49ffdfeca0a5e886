"""The settings that records need."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from gitwf.repo import configuration

if TYPE_CHECKING:
    from tests.conftest import Folder


def test_settings_are_written_once(folder: Folder) -> None:
    folder.git("remote", "add", "origin", "/somewhere/else.git")
    repository = folder.open()
    assert configuration.remotes(repository) == {"origin": "/somewhere/else.git"}
    assert configuration.configure(repository) == [
        "notes.wf.mergeStrategy = cat_sort_uniq",
        "remote.origin.fetch = +refs/wf/*:refs/wf-remote/origin/*",
        "remote.origin.fetch = +refs/notes/wf*:refs/notes/remotes/origin/wf*",
    ]
    assert configuration.configure(repository) == []
    assert folder.git("config", "--get-all", "remote.origin.fetch").splitlines() == [
        "+refs/heads/*:refs/remotes/origin/*",
        "+refs/wf/*:refs/wf-remote/origin/*",
        "+refs/notes/wf*:refs/notes/remotes/origin/wf*",
    ]


def test_what_a_person_has_set_stays(folder: Folder) -> None:
    folder.git("config", "notes.wf.mergeStrategy", "union")
    assert configuration.configure(folder.open()) == []
    assert folder.git("config", "notes.wf.mergeStrategy") == "union"


def test_gitpython_is_imported_by_those_who_need_it_only() -> None:
    code = (
        "import sys, gitwf.repo.configuration, gitwf.repo.worktree, gitwf.records.runs;"
        "print(sorted({'git', 'dvc', 'typer', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
